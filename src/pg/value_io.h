/*
 * value_io.h
 *	  Input and output of compiled values.  Stored, a value may have padding
 *	  before its bytes, so that these are aligned; neither of its outer forms
 *	  has it.
 */
#ifndef CIVICGRID_PG_VALUE_IO_H
#define CIVICGRID_PG_VALUE_IO_H

#include "postgres.h"

#include "lib/stringinfo.h"

/* The padding of what is read is zeroed; nothing else is checked but that a
 * text is hexadecimal.  The hint says how a value of the type is made. */
extern bytea *value_from_text(const char *text, Size padding, const char *type,
                              const char *hint);
extern bytea *value_from_wire(StringInfo buffer, Size padding);

extern char *value_to_text(const struct varlena *value, Size padding,
                           const char *type);
extern bytea *value_to_wire(const struct varlena *value, Size padding);

#endif /* CIVICGRID_PG_VALUE_IO_H */
