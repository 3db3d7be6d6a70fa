/*
 * rulebook_request.h
 *	  A request as route() and route_explain() are given it.
 */
#ifndef CIVICGRID_PG_RULEBOOK_REQUEST_H
#define CIVICGRID_PG_RULEBOOK_REQUEST_H

#include "postgres.h"

#include "fmgr.h"

#include "rulebook_cache.h"

/* Arguments of both */
enum
{
	ARG_BOOK,
	ARG_CLASS,
	ARG_CELL,
	ARG_CHANNEL,
	ARG_SEVERITY,
	ARG_OWNER,
	ARG_AT,
	ARG_CASENO
};

/* Read the arguments, none of which but the book and the instant need to be
 * there; an error if the rulebook does not know a channel or a severity. */
extern void rulebook_read_request(FunctionCallInfo fcinfo,
                                  OpenRulebook *rulebook,
                                  RulebookRequest *request);

#endif /* CIVICGRID_PG_RULEBOOK_REQUEST_H */
