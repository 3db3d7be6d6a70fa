/*
 * value_memo.h
 *	  Know a value again that a function was called with the time before: by
 *	  its TOAST pointer, or by its length and the digest within it.
 */
#ifndef CIVICGRID_PG_VALUE_MEMO_H
#define CIVICGRID_PG_VALUE_MEMO_H

#include "postgres.h"

#include "access/detoast.h"

#include "compat.h"

#define VALUE_DIGEST_BYTES 8

/* Zeroed at first */
typedef struct ValueMemo
{
	uint64 digest;
	Size size;
	bool by_pointer;
	uint8 pointer[32]; /* the TOAST pointer last seen */
} ValueMemo;

/*
 * Is it the value of the call before?  It is remembered in any case.  The
 * digest is digest_at bytes into the value.  One that is compressed in its
 * row is never known again.
 */
static inline bool
value_memo_same(ValueMemo *memo, const struct varlena *v, Size digest_at)
{
	const Size pointer_size = VARHDRSZ_EXTERNAL + sizeof(varatt_external);
	bool plain;
	uint64 digest = 0;
	Size size = 0;
	bool same;

	if (VARATT_IS_EXTERNAL_ONDISK(v))
	{
		if (memo->by_pointer && memcmp(memo->pointer, v, pointer_size) == 0)
			return true;
		memcpy(memo->pointer, v, pointer_size);
		memo->by_pointer = true;
		return false;
	}
	plain = !VARATT_IS_EXTERNAL(v) && !VARATT_IS_COMPRESSED(v);
	if (plain)
		size = VARSIZE_ANY_EXHDR(v);
	if (size >= digest_at + VALUE_DIGEST_BYTES)
		memcpy(&digest, VARDATA_ANY(v) + digest_at, VALUE_DIGEST_BYTES);
	same = plain && !memo->by_pointer && memo->digest == digest &&
	       memo->size == size;
	memo->digest = digest;
	memo->size = size;
	memo->by_pointer = false;
	return same;
}

/*
 * The first bytes of a value that is stored by itself, and its size, without
 * reading the rest; NULL if it is not, or is shorter.  The digest is among
 * them, so they tell one value from another as a memo does.
 */
static inline struct varlena *
value_head(struct varlena *v, Size head, Size *size)
{
	struct varlena *slice;

	if (!VARATT_IS_EXTERNAL_ONDISK(v))
		return NULL;
	*size = toast_raw_datum_size(PointerGetDatum(v)) - VARHDRSZ;
	if (*size < head)
		return NULL;
	slice = detoast_attr_slice(v, 0, (int32) head);
	return VARSIZE_ANY_EXHDR(slice) == head ? slice : NULL;
}

#endif /* CIVICGRID_PG_VALUE_MEMO_H */
