/*
 * checksum.h
 *	  A checksum of 64 bits over the bytes of a flat value.
 */
#ifndef CIVICGRID_CORE_CHECKSUM_H
#define CIVICGRID_CORE_CHECKSUM_H

#include <stdint.h>

extern uint64_t checksum_bytes(const uint8_t *bytes, uint64_t size);

#endif /* CIVICGRID_CORE_CHECKSUM_H */
