/*
 * codefault.h
 *	  How the input functions of all code types report what core refused.
 */
#ifndef CIVICGRID_PG_CODEFAULT_H
#define CIVICGRID_PG_CODEFAULT_H

#include "postgres.h"

#include "nodes/nodes.h"

#include "core/code.h"

/* What differs between the types in the wording of a fault. */
typedef struct CodeWording
{
	const char *type;    /* SQL name of the type */
	const char *lengths; /* which numbers of digits it takes */
	const char *example; /* hint with valid examples */
} CodeWording;

extern void code_report_fault(Node *escontext, const CodeWording *wording,
                              const char *input, const CodeFault *fault);
extern void code_refuse_binary(const CodeWording *wording, int64 value);

#endif /* CIVICGRID_PG_CODEFAULT_H */
