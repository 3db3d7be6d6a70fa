/*
 * json.h
 *	  A strict reader of JSON texts (RFC 8259), UTF-8 only, for texts whose
 *	  every fault has to be shown in its place.
 *
 *	  json_check goes through all of the text once.  After that the others
 *	  take brackets, commas, escapes and UTF-8 on trust, so that a reader who
 *	  knows what is to be said where has nothing else to look after.
 */
#ifndef CIVICGRID_CORE_JSON_H
#define CIVICGRID_CORE_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* Brackets within brackets */
#define JSON_MAX_DEPTH 32

/* A piece of the text, in bytes */
typedef struct JsonSpan
{
	size_t from;
	size_t to;
} JsonSpan;

typedef struct JsonReader
{
	const char *text;
	size_t len;
	size_t at;
} JsonReader;

typedef enum JsonStatus
{
	JSON_OK,
	JSON_SYNTAX, /* not JSON, or a character that PostgreSQL cannot keep */
	JSON_DEPTH   /* too many brackets within brackets */
} JsonStatus;

#define JSON_WORD 64

/* A string without its escapes: as many whole characters as there is room */
typedef struct JsonWord
{
	JsonSpan span; /* quotes included */
	size_t length; /* of all of it */
	size_t stored;
	char text[JSON_WORD];
} JsonWord;

/*
 * Where in the whole a value stands: keys with dots between them.  The room is
 * the caller's to count.
 */
typedef struct JsonPath
{
	size_t length;
	char text[2 * JSON_WORD];
} JsonPath;

/* Is the text JSON?  If not, *fault is where it stops being so. */
extern JsonStatus json_check(JsonReader *r, JsonSpan *fault);

/* The first byte of the value that comes next */
extern char json_peek(JsonReader *r);
/* Go over a value, whatever it is. */
extern JsonSpan json_skip(JsonReader *r);
/* Go into an object or array, and to its next item; false behind the last */
extern void json_enter(JsonReader *r);
extern bool json_next(JsonReader *r, char close);
/* Read a string: up to room bytes are stored.  Returns its whole length. */
extern size_t json_string(JsonReader *r, char *out, size_t room,
                          size_t *stored, JsonSpan *span);
extern void json_word(JsonReader *r, JsonWord *word);
/* Read a key, to the value behind its colon. */
extern void json_key(JsonReader *r, JsonWord *word);

/* The index of the word among n names of width bytes; n if it is none */
extern int json_find(const JsonWord *word, const char *names, int n,
                     size_t width);

/* One step down; returns the length to go back to.  A word is cut to fit. */
extern size_t json_path_push(JsonPath *path, const char *key, size_t len);
extern size_t json_path_word(JsonPath *path, const JsonWord *word);
/* Put the index of an item (0 to 99) behind a path. */
extern void json_path_index(char *path, int index);

/*
 * Write UTF-8 as a string, with no more escapes than are needed, or only
 * count (out NULL).  Returns its length.
 */
extern size_t json_escape(const char *text, size_t len, char *out);

#endif /* CIVICGRID_CORE_JSON_H */
