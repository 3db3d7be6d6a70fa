/*
 * rulebook_item.h
 *	  Read JSON objects: the parts that a rulebook is compiled from, and the
 *	  text form of a routing.
 */
#ifndef CIVICGRID_PG_RULEBOOK_ITEM_H
#define CIVICGRID_PG_RULEBOOK_ITEM_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "core/rulebook_build.h"

/* One of them; a key that is absent is the same as one that is null. */
typedef struct RulebookItem
{
	const char *what; /* for errors, with its article */
	JsonbContainer *root;
} RulebookItem;

typedef enum RulebookNeed
{
	RULEBOOK_OPTIONAL,
	RULEBOOK_REQUIRED
} RulebookNeed;

/* The text of an item for an error, cut where it is long */
extern char *item_text(const RulebookItem *item);

/* An id, 0 if there is none */
extern int64 item_id(const RulebookItem *item, const char *key,
                     RulebookNeed need);
/* A whole number within bounds, missing if there is none */
extern int item_integer(const RulebookItem *item, const char *key,
                        RulebookNeed need, int least, int most, int missing);
extern bool item_boolean(const RulebookItem *item, const char *key);
extern RulebookText item_name(const RulebookItem *item, const char *key,
                              RulebookNeed need);
/* Codes, 0 if there is none */
extern int64 item_eventcode(const RulebookItem *item, const char *key,
                            RulebookNeed need);
extern int64 item_gridcode(const RulebookItem *item, const char *key,
                           RulebookNeed need);
extern int64 item_instant(const RulebookItem *item, const char *key,
                          int64 missing);
extern void item_term(const RulebookItem *item, const char *key, Term *term);
/* Per cent of a term; returns how many */
extern int item_warnings(const RulebookItem *item, const char *key,
                         uint16_t warning[RULEBOOK_WARNINGS]);
/* Whom a duty names, by three keys: a unit, or a kind and a level */
extern RulebookLeadDraft item_lead(const RulebookItem *item, const char *unit,
                                   const char *kind, const char *level,
                                   RulebookNeed need);
/* Ids, at most so many; returns how many */
extern int item_ids(const RulebookItem *item, const char *key, int most,
                    int64 *ids);
/* Objects, of which items is filled; what is one of them */
extern int item_items(const RulebookItem *item, const char *key, int most,
                      const char *what, RulebookItem *items);

#endif /* CIVICGRID_PG_RULEBOOK_ITEM_H */
