/*
 * textfold.h
 *	  Folding (文本归一): one form for all the ways of writing the same words.
 *
 * A text is folded in these steps:
 *
 *	1. Control and format characters, zero-width ones among them, go; white
 *	   space of any kind becomes a space.
 *	2. NFKC_Casefold of the Unicode Standard: full-width becomes half-width,
 *	   capital becomes small, compatibility forms become plain, what can be
 *	   composed is.  After 30 combining marks of one character more are
 * dropped.
 *	3. Traditional characters become simplified, one by one (textfold_hans.h).
 *	4. Spaces become one, and none at the ends; a punctuation mark or symbol
 *	   that is repeated stands once.
 *	5. Telephone and identity numbers become one character each; see below.
 *
 * What is folded stays as it is when folded again.  Time and memory are
 * proportional to the length of the text, whatever it contains.
 *
 * The text must be UTF-8; any code point is taken, assigned or not.
 */
#ifndef CIVICGRID_CORE_TEXTFOLD_H
#define CIVICGRID_CORE_TEXTFOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What stands for a number that belongs to a person.  Both are compatibility
 * characters, which folding would turn into letters ("tel", "no"), so nothing
 * else is folded to them; written literally, they mean the same.  They exist
 * in GBK, to which many a client converts.
 */
#define TEXTFOLD_PHONE    0x2121 /* ℡ */
#define TEXTFOLD_IDENTITY 0x2116 /* № */

typedef enum TextfoldStatus
{
	TEXTFOLD_OK = 0,
	TEXTFOLD_NO_MEMORY, /* the caller's allocator gave none */
	TEXTFOLD_NO_DATA,   /* ICU cannot load its tables */
	TEXTFOLD_ENCODING,  /* not UTF-8 */
	TEXTFOLD_TOO_LONG   /* more than the caller allows, or 4 GB */
} TextfoldStatus;

/*
 * What core may ask of its caller.  resize is realloc: a NULL block to begin
 * with, size 0 to give back; poll is called now and then while a text is
 * folded and may not return.
 */
typedef struct TextfoldMemory
{
	void *(*resize)(void *context, void *block, size_t size);
	void (*poll)(void *context);
	void *context;
} TextfoldMemory;

/*
 * What is known of characters, asked of ICU for 256 at a time when the first
 * of them is met: 1 kB each, 35 kB to begin with, 100 kB after Chinese texts,
 * 4.4 MB if all there are have been met.  Besides, ICU loads tables of its
 * own, once per process, and they stay.
 */
typedef struct Textfold Textfold;

extern TextfoldStatus textfold_open(const TextfoldMemory *memory,
                                    Textfold **fold);
extern void textfold_close(Textfold *fold);

/* All zero is what SQL's fold() does. */
typedef struct TextfoldOptions
{
	bool origins;       /* tell where each byte comes from */
	bool bare_numbers;  /* leave telephone and identity numbers */
	bool digits_as_one; /* other runs of digits become 0, not after a letter */
	size_t most;        /* bytes of the result; 0: 4 GB */
} TextfoldOptions;

/*
 * A folded text, which can be used for one after another.  The bytes are not
 * terminated.
 *
 * origins[i] is where in the source the character begins that byte i comes
 * from: of several that became one, the first; of a character with combining
 * marks, that character for all of them.  It never falls, and origins[len] is
 * the length of the source.
 */
typedef struct TextfoldText
{
	TextfoldMemory memory;
	char *bytes;
	uint32_t *origins; /* not NULL only if asked for */
	size_t len;
	size_t room; /* bytes allocated; origins one more, if any */
	size_t origins_room;
} TextfoldText;

extern void textfold_begin(TextfoldText *text, const TextfoldMemory *memory);
extern void textfold_free(TextfoldText *text);

extern TextfoldStatus textfold_fold(Textfold *fold,
                                    const TextfoldOptions *options,
                                    const char *source, size_t len,
                                    TextfoldText *text);

/*
 * The piece of the source that bytes from to to of the folded text come from,
 * what was dropped after it included.  Needs origins; from < to <= len.
 */
extern void textfold_source(const TextfoldText *text, size_t from, size_t to,
                            size_t *source_from, size_t *source_to);

/*
 * What the result of folding depends on: "fold 1, ICU 72.1, Unicode 15.0".
 * Texts that were folded under another may have to be folded again.
 */
#define TEXTFOLD_VERSION_SIZE 80
extern void textfold_version(char *out);

#endif /* CIVICGRID_CORE_TEXTFOLD_H */
