/*
 * textcluster_link.h
 *	  Join what is similar: average link over a list of similar pairs.
 *
 * Clusters are joined, the most similar two first, as long as the mean of the
 * similarities between their items, 0 for pairs that are not in the list, is
 * at least least.  Of several as similar, those whose numbers are the lowest.
 */
#ifndef CIVICGRID_CORE_TEXTCLUSTER_LINK_H
#define CIVICGRID_CORE_TEXTCLUSTER_LINK_H

#include "textcluster.h"

typedef struct TextclusterPair
{
	uint32_t a;
	uint32_t b;
	uint32_t similarity; /* above 0 */
} TextclusterPair;

/*
 * cluster[i] becomes the number of an item of the cluster of item i, the same
 * for all of it.  Each pair of two different items may be in the list once;
 * the list is in no particular order.  Memory: 125 bytes for each pair, 16 for
 * each item; time about proportional to the pairs.
 */
extern TextclusterStatus textcluster_link(const TextclusterMemory *memory,
                                          uint32_t items,
                                          const TextclusterPair *pairs,
                                          size_t n, double least,
                                          uint32_t *cluster);

#endif /* CIVICGRID_CORE_TEXTCLUSTER_LINK_H */
