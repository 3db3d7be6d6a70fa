/*
 * classifier_cache.c
 *	  Classifiers that this backend has at hand, so that a call costs no more
 *	  than the text.
 *
 * A classifier is read whole, and checked once.  A value never changes under
 * its digest, so nothing is ever invalidated, and of a stored one the header
 * is enough to know it again; the one that was not used for longest makes
 * room.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "utils/memutils.h"

#include "compat.h"
#include "classifier_cache.h"

#define CLASSIFIERS 8

typedef struct CachedClassifier
{
	uint64 serial; /* 0: empty; never the same for two */
	uint64 last_use;
	Size size;
	uint8 *bytes;
	Classifier classifier;
} CachedClassifier;

static CachedClassifier classifiers[CLASSIFIERS];
static uint64 uses;
static uint64 serials;

void
classifier_refuse(ClassifierStatus status, const char *where)
{
	const char *detail = "It has been damaged.";

	switch (status)
	{
		case CLASSIFIER_NO_MEMORY:
			ereport(ERROR,
			        (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
			break;
		case CLASSIFIER_SHORT:
			detail = "Its length is not the one it was made with.";
			break;
		case CLASSIFIER_MAGIC:
			detail = "Its first bytes are not those of a classifier.";
			break;
		case CLASSIFIER_VERSION:
			detail = "It is of a format that this version of civicgrid does "
			         "not know.";
			break;
		case CLASSIFIER_BYTEORDER:
			detail = "It was made on a machine of the other byte order.";
			break;
		case CLASSIFIER_CHECKSUM:
			detail = "Its checksum does not fit its content.";
			break;
		case CLASSIFIER_STRUCTURE:
			detail = "Its parts do not fit together.";
			break;
		default:
			break;
	}
	ereport(ERROR,
	        (errcode(where != NULL ? ERRCODE_INVALID_BINARY_REPRESENTATION
	                               : ERRCODE_DATA_CORRUPTED),
	         errmsg("invalid %s for type classifier",
	                where != NULL ? where : "stored value"),
	         errdetail_internal("%s", detail),
	         errhint("Train it again, with classifier_train().")));
}

/* The classifier of a value in memory */
static CachedClassifier *
find_classifier(const uint8 *payload, Size size)
{
	CachedClassifier *c = &classifiers[0];
	ClassifierStatus status;
	uint8 *bytes;
	int i;

	if (size < CLASSIFIER_PADDING)
		classifier_refuse(CLASSIFIER_SHORT, NULL);
	payload += CLASSIFIER_PADDING;
	size -= CLASSIFIER_PADDING;
	for (i = 0; i < CLASSIFIERS; i++)
		if (classifiers[i].serial != 0 && classifiers[i].size == size &&
		    memcmp(classifiers[i].bytes, payload, size) == 0)
		{
			classifiers[i].last_use = ++uses;
			return &classifiers[i];
		}
	for (i = 0; i < CLASSIFIERS && c->serial != 0; i++)
		if (classifiers[i].serial == 0 ||
		    classifiers[i].last_use < c->last_use)
			c = &classifiers[i];
	if (c->bytes != NULL)
		pfree(c->bytes);
	memset(c, 0, sizeof(*c));
	bytes = MemoryContextAllocHuge(TopMemoryContext, size);
	memcpy(bytes, payload, size);
	status = classifier_validate(bytes, size, &c->classifier);
	if (status != CLASSIFIER_OK)
	{
		pfree(bytes);
		classifier_refuse(status, NULL);
	}
	c->bytes = bytes;
	c->size = size;
	c->serial = ++serials;
	c->last_use = ++uses;
	return c;
}

/*
 * A stored classifier that is at hand, or NULL.  Megabytes would have to be
 * read and compared by every statement, even if it has but one message.
 */
static CachedClassifier *
recognise(struct varlena *v)
{
	const Size head = CLASSIFIER_DIGEST_AT + VALUE_DIGEST_BYTES;
	CachedClassifier *found = NULL;
	Size size;
	struct varlena *slice = value_head(v, head, &size);
	int i;

	if (slice == NULL)
		return NULL;
	for (i = 0; i < CLASSIFIERS && found == NULL; i++)
		if (classifiers[i].serial != 0 &&
		    classifiers[i].size == size - CLASSIFIER_PADDING &&
		    memcmp(classifiers[i].bytes,
		           VARDATA_ANY(slice) + CLASSIFIER_PADDING,
		           head - CLASSIFIER_PADDING) == 0)
			found = &classifiers[i];
	pfree(slice);
	if (found != NULL)
		found->last_use = ++uses;
	return found;
}

static CachedClassifier *
find_value(Datum value)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);
	CachedClassifier *c = recognise(v);

	if (c != NULL)
		return c;
	v = PG_DETOAST_DATUM_PACKED(value);
	c = find_classifier((const uint8 *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
	if ((Pointer) v != DatumGetPointer(value))
		pfree(v);
	return c;
}

const Classifier *
classifier_use(Datum value)
{
	return &find_value(value)->classifier;
}

/* Is the memo's classifier still in the cache? */
static inline bool
still_there(const ClassifierMemo *memo)
{
	const CachedClassifier *c =
	    (const CachedClassifier *) ((const char *) memo->classifier -
	                                offsetof(CachedClassifier, classifier));

	return c->serial == memo->serial;
}

const Classifier *
classifier_use_memo(Datum value, ClassifierMemo *memo)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);
	CachedClassifier *c;

	if (value_memo_same(&memo->value, v, CLASSIFIER_DIGEST_AT) &&
	    memo->classifier != NULL && still_there(memo))
		return memo->classifier;
	memo->classifier = NULL;
	c = find_value(value);
	memo->serial = c->serial;
	memo->classifier = &c->classifier;
	return memo->classifier;
}
