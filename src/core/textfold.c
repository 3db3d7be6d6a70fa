/*
 * textfold.c
 *	  Folding; see textfold.h.  The only file of core that uses ICU.
 *
 * Of most characters it is known by themselves what becomes of them: one
 * character, to which nothing before it can be joined.  These are plain, and
 * what they become stands in a table, in UTF-8: folding them is a look into
 * the table and a copy.  A character that is not plain, and the one before it,
 * which it may be joined to, go through a composer, a character at a time.
 *
 * The composer is here and not ICU's, since that one sorts the marks after a
 * letter in quadratic time.  Other than that they agree, as the test shows.
 *
 * Numbers are looked for in the folded text, and replaced within it; see
 * textnumber.h.
 */
#include "textfold.h"

#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/uversion.h>

#include "characters.h"
#include "textfold_hans.h"
#include "textnumber.h"

/* To be raised when the same text may give another result */
#define FOLD_VERSION "1"

#define CODE_POINTS     0x110000
#define PAGE            256
#define PAGES           (CODE_POINTS / PAGE)
#define FIRST_SURROGATE 0xD800
#define LAST_SURROGATE  0xDFFF
#define NOTHING         (-1)

/* Longest mapping of one character, in UTF-16: U+FDFA has 18. */
#define MAPPING_ROOM 64

/*
 * Combining marks kept of one character, as in the Stream-Safe Text Format of
 * UAX #15.
 */
#define MARKS 30

/* How much of the source is folded between two calls of poll */
#define STRETCH 16384

/* A plain character becomes at most this many times as many bytes. */
#define PLAIN_GROWTH 2

/*
 * What becomes of a character: its bytes in UTF-8, and a tag.  A character of
 * four bytes is plain only if it becomes itself; then its code point is kept.
 */
typedef struct Entry
{
	uint8_t utf8[3];
	uint8_t tag;
} Entry;

#define TAG_BYTES  0x03 /* 1 to 3; 0: four, and utf8 is the code point */
#define TAG_ONCE   0x04 /* not repeated: punctuation, symbols, space */
#define TAG_NUMBER 0x08 /* a digit, or a star that hides one */
#define TAG_HARD   0x10 /* not plain */

struct Textfold
{
	TextfoldMemory memory;
	const UNormalizer2 *nfkc_casefold;
	const UNormalizer2 *nfc;
	Entry *pages[PAGES];
};

/* One text on its way */
typedef struct Run
{
	Textfold *fold;
	const TextfoldOptions *options;
	const uint8_t *source;
	size_t len;
	TextfoldText *text;
	TextfoldStatus status;
	Entry last;   /* what was put last */
	uint8_t tags; /* all that were put */

	/* the composer: a character and the marks after it, by their class */
	int32_t starter;
	uint32_t from;
	int marks;
	int32_t mark[MARKS];
	uint8_t mark_class[MARKS];
} Run;

/* What is told of a character that cannot be looked up */
static const Entry hard_entry = {{0, 0, 0}, TAG_HARD};

static const Entry space_entry = {{' ', 0, 0}, 1 | TAG_ONCE};

static bool
same_entry(const Entry *a, const Entry *b)
{
	return memcmp(a, b, sizeof(Entry)) == 0;
}

/* ---------------------------------------------------------------------
 * the table
 * ---------------------------------------------------------------------
 */

static bool
is_dropped(UChar32 c)
{
	int8_t type = u_charType(c);

	return type == U_CONTROL_CHAR || type == U_FORMAT_CHAR;
}

static bool
is_token(UChar32 c)
{
	return c == TEXTFOLD_PHONE || c == TEXTFOLD_IDENTITY;
}

/*
 * Stars and crosses hide digits, 138****0000, so their number matters until
 * numbers have been looked for.
 */
static bool
is_star(UChar32 c)
{
	return c == '*' || c == 0x00D7 /* × */;
}

/* The simplified character for a traditional one, or the character itself */
static UChar32
simplify(UChar32 c)
{
	size_t low = 0;
	size_t high = sizeof(hans_pairs) / HANS_PAIR;
	uint8_t wanted[4];

	if (utf8_encode((uint32_t) c, wanted) != HANS_PAIR / 2)
		return c;
	while (low < high)
	{
		size_t middle = low + (high - low) / 2;
		const char *pair = hans_pairs + middle * HANS_PAIR;
		int order = memcmp(wanted, pair, HANS_PAIR / 2);

		if (order == 0)
		{
			uint32_t simplified = 0;

			(void) utf8_read((const uint8_t *) pair + HANS_PAIR / 2,
			                 HANS_PAIR / 2, &simplified);
			return (UChar32) simplified;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return c;
}

/* The next code point of what ICU has written, which is well-formed */
static UChar32
next_point(const UChar *s, int32_t *i)
{
	UChar unit = s[(*i)++];

	return U16_IS_LEAD(unit) ? U16_GET_SUPPLEMENTARY(unit, s[(*i)++]) : unit;
}

/* The entry of a character that becomes itself */
static Entry
entry_of(UChar32 c)
{
	Entry entry = {{0, 0, 0}, 0};

	if (c < 0x10000)
		entry.tag = (uint8_t) utf8_encode((uint32_t) c, entry.utf8);
	else
	{
		entry.utf8[0] = (uint8_t) (c >> 16);
		entry.utf8[1] = (uint8_t) (c >> 8);
		entry.utf8[2] = (uint8_t) c;
	}
	if (c == ' ' || (!is_token(c) && !is_star(c) &&
	                 (U_GET_GC_MASK(c) & (U_GC_P_MASK | U_GC_S_MASK)) != 0))
		entry.tag |= TAG_ONCE;
	if ((c >= '0' && c <= '9') || is_star(c))
		entry.tag |= TAG_NUMBER;
	return entry;
}

static Entry
make_entry(const Textfold *f, UChar32 c)
{
	UChar mapping[MAPPING_ROOM];
	UErrorCode error = U_ZERO_ERROR;
	UChar32 target;
	int32_t length;
	int32_t i = 0;

	if (u_isUWhiteSpace(c))
		return space_entry;
	if ((c >= FIRST_SURROGATE && c <= LAST_SURROGATE) || is_dropped(c) ||
	    is_token(c) || !unorm2_hasBoundaryBefore(f->nfkc_casefold, c))
		return hard_entry;
	length = unorm2_getDecomposition(f->nfkc_casefold, c, mapping,
	                                 MAPPING_ROOM, &error);
	if (U_FAILURE(error) || length == 0)
		return hard_entry;
	if (length > 0)
	{
		/* composed again, it may still be one */
		UChar composed[MAPPING_ROOM];

		length = unorm2_normalize(f->nfc, mapping, length, composed,
		                          MAPPING_ROOM, &error);
		if (U_FAILURE(error) || length == 0)
			return hard_entry;
		target = next_point(composed, &i);
		if (i < length || !unorm2_hasBoundaryBefore(f->nfc, target))
			return hard_entry;
	}
	else
		target = c;
	if (target >= 0x10000 && target != c)
		return hard_entry;
	return entry_of(simplify(target));
}

static Entry *
make_page(Textfold *f, uint32_t number)
{
	Entry *page =
	    f->memory.resize(f->memory.context, NULL, PAGE * sizeof(Entry));

	if (page == NULL)
		return NULL;
	for (uint32_t i = 0; i < PAGE; i++)
		page[i] = make_entry(f, (UChar32) (number * PAGE + i));
	f->pages[number] = page;
	return page;
}

TextfoldStatus
textfold_open(const TextfoldMemory *memory, Textfold **fold)
{
	Textfold *f = memory->resize(memory->context, NULL, sizeof(Textfold));
	UErrorCode error = U_ZERO_ERROR;

	*fold = NULL;
	if (f == NULL)
		return TEXTFOLD_NO_MEMORY;
	memset(f, 0, sizeof(*f));
	f->memory = *memory;
	f->nfkc_casefold = unorm2_getNFKCCasefoldInstance(&error);
	f->nfc = unorm2_getNFCInstance(&error);
	if (U_FAILURE(error))
	{
		textfold_close(f);
		return TEXTFOLD_NO_DATA;
	}
	*fold = f;
	return TEXTFOLD_OK;
}

void
textfold_close(Textfold *f)
{
	TextfoldMemory memory = f->memory;

	for (int i = 0; i < PAGES; i++)
		if (f->pages[i] != NULL)
			(void) memory.resize(memory.context, f->pages[i], 0);
	(void) memory.resize(memory.context, f, 0);
}

/* ---------------------------------------------------------------------
 * the folded text
 * ---------------------------------------------------------------------
 */

void
textfold_begin(TextfoldText *text, const TextfoldMemory *memory)
{
	memset(text, 0, sizeof(*text));
	text->memory = *memory;
}

void
textfold_free(TextfoldText *text)
{
	if (text->bytes != NULL)
		(void) text->memory.resize(text->memory.context, text->bytes, 0);
	if (text->origins != NULL)
		(void) text->memory.resize(text->memory.context, text->origins, 0);
	textfold_begin(text, &text->memory);
}

/* Room for so many bytes more, and for what is written past the last one */
static bool
reserve(Run *r, size_t more)
{
	TextfoldText *text = r->text;
	TextfoldMemory *memory = &text->memory;
	size_t wanted = text->len + more + sizeof(Entry);
	size_t room = text->room;

	if (wanted <= room &&
	    (!r->options->origins || wanted <= text->origins_room))
		return true;
	if (wanted > room)
	{
		char *bytes;

		room = wanted > room + room / 2 ? wanted : room + room / 2;
		bytes = memory->resize(memory->context, text->bytes, room);
		if (bytes == NULL)
		{
			r->status = TEXTFOLD_NO_MEMORY;
			return false;
		}
		text->bytes = bytes;
		text->room = room;
	}
	if (r->options->origins && wanted > text->origins_room)
	{
		uint32_t *origins = memory->resize(memory->context, text->origins,
		                                   room * sizeof(uint32_t));

		if (origins == NULL)
		{
			r->status = TEXTFOLD_NO_MEMORY;
			return false;
		}
		text->origins = origins;
		text->origins_room = room;
	}
	return true;
}

/* Add a character, unless it repeats the last one; there is room for it. */
static inline void
put_entry(Run *r, const Entry *entry, uint32_t from)
{
	TextfoldText *text = r->text;
	uint8_t *out = (uint8_t *) text->bytes + text->len;
	size_t n = entry->tag & TAG_BYTES;

	if ((entry->tag & TAG_ONCE) != 0 && same_entry(entry, &r->last))
		return;
	r->last = *entry;
	r->tags |= entry->tag;
	/* the tag too, which the next one overwrites */
	memcpy(out, entry, sizeof(Entry));
	if (n == 0)
		n = utf8_encode((uint32_t) entry->utf8[0] << 16 |
		                    (uint32_t) entry->utf8[1] << 8 | entry->utf8[2],
		                out);
	if (r->options->origins)
		for (size_t i = 0; i < sizeof(Entry); i++)
			text->origins[text->len + i] = from;
	text->len += n;
}

/* ---------------------------------------------------------------------
 * the composer
 * ---------------------------------------------------------------------
 */

static inline const Entry *
entry_for(Run *r, uint32_t c)
{
	const Entry *page = r->fold->pages[c / PAGE];

	if (page == NULL)
	{
		page = make_page(r->fold, c / PAGE);
		if (page == NULL)
		{
			r->status = TEXTFOLD_NO_MEMORY;
			return &hard_entry;
		}
	}
	return &page[c % PAGE];
}

/* The entry at an offset, and the number of its bytes, 0 if not UTF-8 */
static inline const Entry *
look(Run *r, size_t at, size_t *bytes)
{
	uint32_t c = 0;

	*bytes = utf8_read(r->source + at, r->len - at, &c);
	return *bytes > 0 ? entry_for(r, c) : &hard_entry;
}

static void
put_composed(Run *r, UChar32 c)
{
	Entry entry = *entry_for(r, (uint32_t) c);

	/* a mark, for example; it is in its final form */
	if ((entry.tag & TAG_HARD) != 0)
		entry = entry_of(c);
	if (reserve(r, sizeof(Entry)))
		put_entry(r, &entry, r->from);
}

/*
 * Join the marks to the starter where Unicode has a character for both; those
 * that are left stay.  They are in order of their classes, and one is blocked
 * by another of its class before it.
 */
static void
join_marks(Run *r)
{
	int left = 0;
	int blocked = 0;

	for (int i = 0; i < r->marks; i++)
	{
		UChar32 joined = U_SENTINEL;

		if (r->starter != NOTHING && r->mark_class[i] > blocked)
			joined = unorm2_composePair(r->fold->nfc, r->starter, r->mark[i]);
		if (joined >= 0)
			r->starter = joined;
		else
		{
			blocked = r->mark_class[i];
			r->mark[left++] = r->mark[i];
		}
	}
	r->marks = left;
}

static void
finish_character(Run *r)
{
	join_marks(r);
	if (r->starter != NOTHING)
		put_composed(r, r->starter);
	for (int i = 0; i < r->marks; i++)
		put_composed(r, r->mark[i]);
	r->starter = NOTHING;
	r->marks = 0;
}

/* Take a character that has no decomposition. */
static void
compose(Run *r, UChar32 c, size_t at)
{
	uint8_t class = u_getCombiningClass(c);

	if (r->starter == NOTHING && r->marks == 0)
		r->from = (uint32_t) at;
	if (class != 0)
	{
		int i = r->marks;

		if (i == MARKS)
			return;
		for (; i > 0 && r->mark_class[i - 1] > class; i--)
		{
			r->mark[i] = r->mark[i - 1];
			r->mark_class[i] = r->mark_class[i - 1];
		}
		r->mark[i] = c;
		r->mark_class[i] = class;
		r->marks++;
		return;
	}
	if (r->starter != NOTHING)
	{
		UChar32 joined = U_SENTINEL;

		/* syllables of Hangul, and vowels of some scripts of India */
		join_marks(r);
		if (r->marks == 0)
			joined = unorm2_composePair(r->fold->nfc, r->starter, c);
		if (joined >= 0)
		{
			r->starter = joined;
			return;
		}
	}
	finish_character(r);
	r->starter = c;
	r->from = (uint32_t) at;
}

/* Take a character of the source. */
static void
compose_source(Run *r, UChar32 c, size_t at)
{
	UChar mapping[MAPPING_ROOM];
	UErrorCode error = U_ZERO_ERROR;
	int32_t length;
	int32_t i = 0;

	if (u_isUWhiteSpace(c))
		c = ' ';
	if (is_dropped(c))
		return;
	length = is_token(c) && !r->options->bare_numbers
	             ? NOTHING
	             : unorm2_getDecomposition(r->fold->nfkc_casefold, c, mapping,
	                                       MAPPING_ROOM, &error);
	if (U_FAILURE(error))
	{
		r->status = TEXTFOLD_NO_DATA;
		return;
	}
	if (length < 0)
		compose(r, c, at);
	while (i < length)
		compose(r, next_point(mapping, &i), at);
}

/*
 * Fold by the composer from an offset on, to where two plain characters
 * follow: before the first of them nothing can be joined any more.  Returns
 * that offset.
 */
static size_t
fold_hard(Run *r, size_t at)
{
	size_t polled = at;

	for (;;)
	{
		uint32_t c = 0;
		size_t bytes = utf8_read(r->source + at, r->len - at, &c);
		size_t next;

		if (bytes == 0)
			r->status = TEXTFOLD_ENCODING;
		else
			compose_source(r, (UChar32) c, at);
		if (r->status != TEXTFOLD_OK)
			return at;
		at += bytes;
		if (at == r->len)
			break;
		if (at - polled >= STRETCH)
		{
			r->text->memory.poll(r->text->memory.context);
			polled = at;
		}
		if ((look(r, at, &bytes)->tag & TAG_HARD) == 0 &&
		    (at + bytes == r->len ||
		     (look(r, at + bytes, &next)->tag & TAG_HARD) == 0))
			break;
	}
	finish_character(r);
	return at;
}

/*
 * Fold plain characters from an offset on, up to a bound that may fall into a
 * character, or to one that is not plain or has such a one after it.
 * Returns that offset.
 */
static size_t
fold_plain(Run *r, size_t at, size_t bound)
{
	size_t bytes;
	const Entry *entry = look(r, at, &bytes);

	while ((entry->tag & TAG_HARD) == 0)
	{
		size_t next_bytes = 0;
		const Entry *next = &space_entry;

		if (at + bytes < r->len)
			next = look(r, at + bytes, &next_bytes);
		if ((next->tag & TAG_HARD) != 0)
			break;
		put_entry(r, entry, (uint32_t) at);
		at += bytes;
		if (at >= bound)
			break;
		entry = next;
		bytes = next_bytes;
	}
	return at;
}

/* ---------------------------------------------------------------------
 * folding
 * ---------------------------------------------------------------------
 */

static void
fold_source(Run *r)
{
	TextfoldMemory *memory = &r->text->memory;
	size_t most = r->options->most != 0 ? r->options->most : UINT32_MAX;
	size_t polled = 0;
	size_t at = 0;

	while (at < r->len && r->status == TEXTFOLD_OK)
	{
		size_t bound = r->len - at > STRETCH ? at + STRETCH : r->len;

		if (at - polled >= STRETCH)
		{
			memory->poll(memory->context);
			polled = at;
		}
		if (!reserve(r, PLAIN_GROWTH * (bound - at) + sizeof(Entry)))
			return;
		at = fold_plain(r, at, bound);
		if (at < bound)
			at = fold_hard(r, at);
		if (r->text->len > most && r->status == TEXTFOLD_OK)
			r->status = TEXTFOLD_TOO_LONG;
	}
}

TextfoldStatus
textfold_fold(Textfold *fold, const TextfoldOptions *options,
              const char *source, size_t len, TextfoldText *text)
{
	Run r;

	text->len = 0;
	if (len >= UINT32_MAX)
		return TEXTFOLD_TOO_LONG;
	r.fold = fold;
	r.options = options;
	r.source = (const uint8_t *) source;
	r.len = len;
	r.text = text;
	r.status = TEXTFOLD_OK;
	/* so that no space is put at the beginning */
	r.last = space_entry;
	r.tags = 0;
	r.starter = NOTHING;
	r.marks = 0;
	if (!reserve(&r, 0))
		return r.status;
	fold_source(&r);
	if (r.status != TEXTFOLD_OK)
	{
		text->len = 0;
		return r.status;
	}
	if (text->len > 0 && same_entry(&r.last, &space_entry))
		text->len--;
	if ((r.tags & TAG_NUMBER) != 0)
		text->len = textnumber_fold(
		    text->bytes, options->origins ? text->origins : NULL, text->len,
		    options->bare_numbers, options->digits_as_one, text->memory.poll,
		    text->memory.context);
	if (options->origins)
		text->origins[text->len] = (uint32_t) len;
	return TEXTFOLD_OK;
}

void
textfold_source(const TextfoldText *text, size_t from, size_t to,
                size_t *source_from, size_t *source_to)
{
	uint32_t last = text->origins[to - 1];

	/* a character may have become several */
	while (to < text->len && text->origins[to] == last)
		to++;
	*source_from = text->origins[from];
	*source_to = text->origins[to];
}

void
textfold_version(char *out)
{
	static const char *const before[] = {"fold " FOLD_VERSION ", ICU ",
	                                     ", Unicode "};
	UVersionInfo version;

	for (int i = 0; i < 2; i++)
	{
		char number[U_MAX_VERSION_STRING_LENGTH + 1];
		size_t n = strlen(before[i]);

		if (i == 0)
			u_getVersion(version);
		else
			u_getUnicodeVersion(version);
		u_versionToString(version, number);
		memcpy(out, before[i], n);
		out += n;
		n = strlen(number);
		memcpy(out, number, n);
		out += n;
	}
	*out = '\0';
}
