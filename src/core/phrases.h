/*
 * phrases.h
 *	  Find which of many phrases occur in a text, in one pass over it.
 *
 * An automaton of Aho and Corasick (1975) over characters, compiled into flat
 * bytes, and a filter before it that passes over what begins no phrase.  Time
 * is linear in the text, however many phrases there are: each is told once,
 * with its first occurrence, and what ends within one that was told was told
 * with it.
 *
 * A phrase that begins or ends with a Latin letter or a digit does not occur
 * within a longer word or number: "a1" is not in "a12", nor "3路" in "13路".
 *
 * The value depends on the phrases alone, not on the order in which they came.
 */
#ifndef CIVICGRID_CORE_PHRASES_H
#define CIVICGRID_CORE_PHRASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum PhrasesStatus
{
	PHRASES_OK = 0,
	PHRASES_NO_MEMORY, /* the caller's allocator gave none */
	PHRASES_TOO_LARGE, /* all together */
	PHRASES_EMPTY,     /* a phrase without characters */
	PHRASES_TOO_LONG,  /* a phrase of more than PHRASES_LONGEST */
	PHRASES_ENCODING,  /* a phrase that is not UTF-8, or has a NUL */
	PHRASES_STRUCTURE  /* bytes that are not what this code makes */
} PhrasesStatus;

/* As ClassifierMemory */
typedef struct PhrasesMemory
{
	void *(*resize)(void *context, void *block, size_t size);
	void (*poll)(void *context);
	void *context;
} PhrasesMemory;

#define PHRASES_LONGEST     200 /* characters */
#define PHRASES_MOST_BYTES  (4 * PHRASES_LONGEST)
#define PHRASES_MOST        (1 << 20)
#define PHRASES_MOST_STATES (1 << 25)

/*
 * A state is the beginning of a phrase.  They are numbered breadth first, the
 * root 0, siblings in the order of their characters, so that the children of
 * one are neighbours: from its own first_child to that of the next state.
 */
typedef struct PhrasesState
{
	uint32_t label; /* the last character, and PHRASES_LATIN_… */
	uint32_t first_child;
	uint32_t fail;   /* the longest other state that this one ends with */
	uint32_t link;   /* of those that are phrases, likewise; 0: none */
	uint32_t phrase; /* number of the phrase plus one, or 0 */
	uint32_t bytes;  /* of the characters up to here */
} PhrasesState;

/* An opened value; it points into the bytes. */
typedef struct Phrases
{
	uint32_t phrases; /* numbered from 0 on in the order of the states */
	uint32_t states;
	uint32_t slot_bits;
	uint32_t third; /* the first state of three characters */
	uint32_t head_mask;
	uint32_t filter_words;
	const PhrasesState *state; /* and one more, where children end */
	const uint32_t *slots;     /* hash table of children */
	const uint8_t *heads;      /* of phrases, by their first characters */
	const uint32_t *filter;    /* of what phrases begin with */
} Phrases;

/*
 * Check bytes in full; they must lie at a multiple of four.  Nothing else
 * needs to be checked to trust them with any text.
 */
extern PhrasesStatus phrases_open(const uint8_t *bytes, uint64_t size,
                                  Phrases *phrases);

/* What was found */
typedef struct PhrasesMatch
{
	uint32_t phrase;
	uint32_t from; /* bytes of the text */
	uint32_t to;
} PhrasesMatch;

/* Where a phrase was last seen */
typedef struct PhrasesSeen
{
	uint32_t text;  /* number of the text */
	uint32_t match; /* number of the match in it */
} PhrasesSeen;

/* Room to work in, kept from text to text: 8 bytes a phrase, 12 a match */
typedef struct PhrasesWork
{
	PhrasesMemory memory;
	PhrasesSeen *seen;
	uint32_t room; /* phrases */
	uint32_t text; /* number of the text scanned last */
	PhrasesMatch *match;
	uint32_t matches;
	uint32_t match_room;
} PhrasesWork;

extern void phrases_work_begin(PhrasesWork *work, const PhrasesMemory *memory);
extern void phrases_work_free(PhrasesWork *work);

/*
 * Fill work->match, in the order in which first occurrences end.  Any bytes
 * will do as a text, of less than 4 GB.
 */
extern PhrasesStatus phrases_scan(const Phrases *phrases, PhrasesWork *work,
                                  const char *text, size_t len);

/* The match of a phrase in the text scanned last, or NULL */
static inline const PhrasesMatch *
phrases_match(const PhrasesWork *work, uint32_t phrase)
{
	const PhrasesSeen *seen = &work->seen[phrase];

	return seen->text == work->text ? &work->match[seen->match] : NULL;
}

/* Tell all phrases, in the order of their numbers; it needs a block. */
typedef bool (*PhrasesTellFn)(void *context, uint32_t phrase,
                              const char *bytes, size_t len);
extern PhrasesStatus phrases_tell(const Phrases *phrases,
                                  const PhrasesMemory *memory,
                                  PhrasesTellFn tell, void *context);

/* Phrases to be compiled; memory is 32 bytes each, and their own. */
typedef struct PhrasesBuilder
{
	PhrasesMemory memory;
	char *pool;
	size_t pool_used;
	size_t pool_room;
	struct PhrasesItem *items;
	uint32_t added;
	uint32_t room;
} PhrasesBuilder;

extern void phrases_build_begin(PhrasesBuilder *builder,
                                const PhrasesMemory *memory);
extern void phrases_build_free(PhrasesBuilder *builder);
/* A phrase may be added again. */
extern PhrasesStatus phrases_add(PhrasesBuilder *builder, const char *bytes,
                                 size_t len);
/*
 * Compile what was added, once; at most 44 bytes for each of the characters
 * are needed, and 200.  numbers, if not NULL, has room for the number of each
 * phrase in the order of adding.  The block is the caller's to give back; its
 * size is a multiple of eight.
 */
extern PhrasesStatus phrases_build(PhrasesBuilder *builder, uint32_t *numbers,
                                   uint8_t **block, size_t *size);

#endif /* CIVICGRID_CORE_PHRASES_H */
