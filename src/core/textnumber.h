/*
 * textnumber.h
 *	  Numbers in folded text: those that belong to a person are hidden.
 *
 * What is a telephone number (电话号码):
 *
 *	13800138000, 138-0013-8000, 138 0013 8000 and other ways of parting it;
 *	  before it perhaps +86, 86, 0086 or 0
 *	0731-88888888, (0731)8888888, 010 8888 8888, 073188888888; after it perhaps
 *	  an extension
 *	400-888-8888, 4008888888, 800 too
 *
 * and an identity number (公民身份号码, GB 11643):
 *
 *	18 characters with a date of birth where it belongs, parted only if the
 *	  check digit is right; a mistyped number is as private as a right one
 *	15 digits with a date of birth, as issued until 1999
 *
 * Digits of either may have been hidden by three or more of *, × or x:
 * 138****8000, 430322********1234.  A local number without its area code
 * cannot be told from other numbers, and stays, as do short ones: 110, 12345,
 *95598.
 *
 * What is found depends on the pieces of a number and on what parts them,
 * never on the text around, so that nothing more is found when the text is
 * folded again.
 */
#ifndef CIVICGRID_CORE_TEXTNUMBER_H
#define CIVICGRID_CORE_TEXTNUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Work on folded text in place; returns its new length.  Numbers of persons
 * become TEXTFOLD_PHONE and TEXTFOLD_IDENTITY unless bare; other runs of
 * digits become 0 if as_one, those after a letter stay; repeated stars become
 * one. origins may be NULL; of a number it is that of its first byte.
 */
extern size_t textnumber_fold(char *bytes, uint32_t *origins, size_t len,
                              bool bare, bool as_one,
                              void (*poll)(void *context), void *context);

#endif /* CIVICGRID_CORE_TEXTNUMBER_H */
