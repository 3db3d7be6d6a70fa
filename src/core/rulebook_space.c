/*
 * rulebook_space.c
 *	  See rulebook_space.h.
 */
#include "rulebook_space.h"

#include <string.h>

#include "code.h"

/* ---------------------------------------------------------------------
 * time
 * ---------------------------------------------------------------------
 */

static bool
less(const void *context, uint32_t a, uint32_t b)
{
	const int64_t *numbers = context;

	return numbers[a] < numbers[b];
}

static void
note_time(RulebookSpace *space, int64_t *list, uint32_t *count, int64_t time)
{
	if (time > space->since && time != INT64_MAX)
		list[(*count)++] = time;
}

static void
find_times(RulebookSpace *space)
{
	uint64_t most = 0;
	uint32_t count = 0;
	int64_t *list;
	uint32_t *order;

	for (uint32_t b = 0; b < space->books; b++)
		most += 2 * ((uint64_t) space->frame[b].book->unit_count +
		             space->frame[b].book->rule_count);
	list = arena_take(&space->arena, most + 1, sizeof(int64_t));
	if (list == NULL)
		return;
	for (uint32_t b = 0; b < space->books; b++)
	{
		const Rulebook *book = space->frame[b].book;

		for (uint32_t i = 0; i < book->unit_count; i++)
		{
			note_time(space, list, &count, book->units[i].from);
			note_time(space, list, &count, book->units[i].to);
		}
		for (uint32_t i = 0; i < book->rule_count; i++)
		{
			note_time(space, list, &count, book->rules[i].from);
			note_time(space, list, &count, book->rules[i].to);
		}
	}
	space->times =
	    arena_take(&space->arena, (uint64_t) count + 1, sizeof(int64_t));
	order = arena_take(&space->arena, (uint64_t) count + 1, sizeof(uint32_t));
	if (space->arena.failed)
		return;
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	sort_numbers(order, count, less, list);
	for (uint32_t i = 0; i < count; i++)
		if (space->time_count == 0 ||
		    space->times[space->time_count - 1] != list[order[i]])
			space->times[space->time_count++] = list[order[i]];
}

/* The stretch that begins at an instant at which something does */
static uint32_t
stretch_of(const RulebookSpace *space, int64_t time)
{
	uint32_t low = 0;
	uint32_t high = space->time_count;

	if (time <= space->since)
		return 0;
	if (time == INT64_MAX)
		return space->time_count + 1;
	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (space->times[middle] < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1;
}

void
space_times(const RulebookSpace *space, int64_t from, int64_t to, SetsBox *box)
{
	box->from[SETS_TIME] = stretch_of(space, from);
	box->to[SETS_TIME] = from < to ? stretch_of(space, to) : 0;
}

int64_t
space_begins(const RulebookSpace *space, uint32_t stretch)
{
	return stretch == 0                  ? INT64_MIN
	       : stretch > space->time_count ? INT64_MAX
	                                     : space->times[stretch - 1];
}

int64_t
space_instant(const RulebookSpace *space, uint32_t stretch)
{
	if (stretch > 0)
		return space->times[stretch - 1];
	if (space->since > INT64_MIN)
		return space->since;
	return space->time_count > 0 ? space->times[0] - 1 : 0;
}

uint32_t
space_time_set(RulebookSpace *space, int64_t from, int64_t to, uint32_t value)
{
	SetsBox box;

	sets_whole(&space->sets, &box);
	space_times(space, from, to, &box);
	return sets_box(&space->sets, &box, value);
}

/* ---------------------------------------------------------------------
 * names
 * ---------------------------------------------------------------------
 */

static int
compare_names(const SpaceName *a, const SpaceName *b)
{
	int order = memcmp(a->bytes, b->bytes, a->len < b->len ? a->len : b->len);

	if (order != 0)
		return order;
	return a->len < b->len ? -1 : a->len > b->len;
}

static bool
name_before(const void *context, uint32_t a, uint32_t b)
{
	const SpaceName *names = context;

	return compare_names(&names[a], &names[b]) < 0;
}

/* One number for the same name in all books */
static void
number_names(RulebookSpace *space, RulebookDomain domain)
{
	uint64_t most = 0;
	uint32_t count = 0;
	SpaceName *all;
	uint32_t *order;
	uint32_t *number;

	for (uint32_t b = 0; b < space->books; b++)
	{
		RulebookFrame *frame = &space->frame[b];

		most += frame->book->name_count[domain];
		frame->number[domain] = arena_take(
		    &space->arena, (uint64_t) frame->book->name_count[domain] + 1,
		    sizeof(uint32_t));
	}
	all = arena_take(&space->arena, most + 1, sizeof(SpaceName));
	order = arena_take(&space->arena, most + 1, sizeof(uint32_t));
	number = arena_take(&space->arena, most + 1, sizeof(uint32_t));
	space->names[domain] =
	    arena_take(&space->arena, most + 1, sizeof(SpaceName));
	if (space->arena.failed)
		return;
	for (uint32_t b = 0; b < space->books; b++)
	{
		const Rulebook *book = space->frame[b].book;

		for (uint32_t i = 0; i < book->name_count[domain]; i++)
		{
			const RulebookName *name = &book->names[domain][i];

			order[count] = count;
			all[count++] = (SpaceName){book->pool + name->at, name->len};
		}
	}
	sort_numbers(order, count, name_before, all);
	for (uint32_t i = 0; i < count; i++)
	{
		SpaceName *names = space->names[domain];
		uint32_t *n = &space->name_count[domain];

		if (*n == 0 || compare_names(&names[*n - 1], &all[order[i]]) != 0)
			names[(*n)++] = all[order[i]];
		number[order[i]] = *n;
	}
	count = 0;
	for (uint32_t b = 0; b < space->books; b++)
		for (uint32_t i = 0; i < space->frame[b].book->name_count[domain]; i++)
			space->frame[b].number[domain][i + 1] = number[count++];
}

/* ---------------------------------------------------------------------
 * begin and end
 * ---------------------------------------------------------------------
 */

bool
space_begin(RulebookSpace *space, const Rulebook *const *books, uint32_t count,
            int64_t since, const RulebookMemory *memory)
{
	const Rulebook *last = books[count - 1];
	uint32_t size[SETS_CONDITIONS];
	unsigned severities = 0;

	memset(space, 0, sizeof(*space));
	arena_begin(&space->arena, memory);
	space->since = since;
	space->books = count;
	for (uint32_t b = 0; b < count; b++)
	{
		space->frame[b].book = books[b];
		space->frame[b].space = space;
		severities |= books[b]->severities;
	}
	find_times(space);
	for (int d = 0; d < RULEBOOK_DOMAINS; d++)
		number_names(space, (RulebookDomain) d);
	space->severities = 1;
	for (uint8_t n = 1; n <= RULEBOOK_SEVERITIES; n++)
		if ((severities >> (n - 1) & 1) != 0)
		{
			space->severity_number[n] = (uint8_t) space->severities;
			space->severity[space->severities++] = n;
		}
	size[SETS_TIME] = space->time_count + 1;
	size[SETS_OWNER] = space->name_count[RULEBOOK_OWNER] + 1;
	size[SETS_CHANNEL] = space->name_count[RULEBOOK_CHANNEL] + 1;
	size[SETS_SEVERITY] = space->severities;
	size[SETS_GRADE] = space->name_count[RULEBOOK_GRADE] + 1;
	size[SETS_MINUTE] = RULEBOOK_WEEK;
	if (!sets_begin(&space->sets, memory, size) ||
	    !tree_begin(&space->classes, &space->arena, CODE_OF_CLASS,
	                books[0]->classes, books[0]->class_count,
	                count > 1 ? last->classes : NULL,
	                count > 1 ? last->class_count : 0) ||
	    !tree_begin(&space->cells, &space->arena, CODE_OF_CELL,
	                books[0]->cells, books[0]->cell_count,
	                count > 1 ? last->cells : NULL,
	                count > 1 ? last->cell_count : 0) ||
	    !maps_begin(&space->maps, memory, space->cells.leaves))
		return false;
	for (uint32_t b = 0; b < count; b++)
	{
		uint32_t windows = books[b]->name_count[RULEBOOK_WINDOW];

		space->frame[b].window = arena_take(
		    &space->arena, (uint64_t) windows + 1, sizeof(uint32_t));
		if (space->arena.failed)
			return false;
		space->frame[b].window[0] = 1;
		for (uint32_t i = 0; i < windows; i++)
		{
			const RulebookWindow *w = &books[b]->windows[i];

			space->frame[b].window[i + 1] = sets_ranges(
			    &space->sets, SETS_MINUTE, w->from, w->to, w->spans);
		}
	}
	return !space_failed(space);
}

bool
space_failed(const RulebookSpace *space)
{
	return space->arena.failed || space->sets.failed || space->maps.failed;
}

void
space_free(RulebookSpace *space)
{
	if (space->sets.memory.resize != NULL)
		sets_free(&space->sets);
	if (space->maps.memory.resize != NULL)
		maps_free(&space->maps);
	arena_free(&space->arena);
}

/* ---------------------------------------------------------------------
 * records
 * ---------------------------------------------------------------------
 */

static void
name_one(SetsBox *box, SetsBy by, uint32_t number)
{
	if (number != 0)
	{
		box->from[by] = number;
		box->to[by] = number + 1;
	}
}

uint32_t
space_rule_set(RulebookFrame *frame, const RulebookRule *rule)
{
	RulebookSpace *space = frame->space;
	SetsBox box;

	sets_whole(&space->sets, &box);
	space_times(space, rule->from, rule->to, &box);
	name_one(&box, SETS_OWNER, frame->number[RULEBOOK_OWNER][rule->owner]);
	name_one(&box, SETS_CHANNEL,
	         frame->number[RULEBOOK_CHANNEL][rule->channel]);
	name_one(&box, SETS_SEVERITY, space->severity_number[rule->severity]);
	return sets_within(&space->sets, sets_box(&space->sets, &box, 1),
	                   frame->window[rule->window]);
}

uint32_t
space_policy_set(RulebookFrame *frame, const RulebookPolicy *policy)
{
	RulebookSpace *space = frame->space;
	SetsBox box;

	sets_whole(&space->sets, &box);
	name_one(&box, SETS_GRADE, frame->number[RULEBOOK_GRADE][policy->grade]);
	name_one(&box, SETS_SEVERITY, space->severity_number[policy->severity]);
	return sets_box(&space->sets, &box, 1);
}

/* The book's own number for a name, or 0 */
static uint16_t
own_number(const RulebookFrame *frame, RulebookDomain domain, uint32_t number)
{
	SpaceName name;

	if (number == 0)
		return 0;
	if (frame->space->books == 1)
		return (uint16_t) number;
	name = frame->space->names[domain][number - 1];
	return rulebook_number(frame->book, domain, name.bytes, name.len);
}

void
space_request(const RulebookFrame *frame, int64_t event_class, int64_t cell,
              const uint32_t point[SETS_CONDITIONS], RulebookRequest *request)
{
	memset(request, 0, sizeof(*request));
	request->event_class = event_class;
	request->cell = cell;
	request->at = space_instant(frame->space, point[SETS_TIME]);
	request->channel =
	    own_number(frame, RULEBOOK_CHANNEL, point[SETS_CHANNEL]);
	request->owner = own_number(frame, RULEBOOK_OWNER, point[SETS_OWNER]);
	request->severity = frame->space->severity[point[SETS_SEVERITY]];
	request->minute = (uint16_t) point[SETS_MINUTE];
}

/* ---------------------------------------------------------------------
 * groups of classes
 * ---------------------------------------------------------------------
 */

static uint32_t
find_named(const SpaceGroups *groups, int64_t code)
{
	uint32_t low = 0;
	uint32_t high = groups->named_count;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (groups->named[middle] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < groups->named_count && groups->named[low] == code
	           ? low
	           : UINT32_MAX;
}

uint32_t
space_chain(const SpaceGroups *groups, int64_t event_class,
            uint32_t chain[SPACE_CHAIN])
{
	int64_t lineage[EVENTCODE_MAX_DIGITS];
	int n = eventcode_lineage(event_class, lineage);
	uint32_t found = 0;

	for (; n >= 0; n--)
	{
		uint32_t at = find_named(groups, n > 0 ? lineage[n - 1] : 0);

		if (at != UINT32_MAX)
			chain[found++] = at;
	}
	return found;
}

bool
space_groups(RulebookSpace *space, SpaceGroups *groups, const int64_t *named,
             uint32_t count)
{
	uint32_t leaves = space->classes.leaves;
	uint32_t *order =
	    arena_take(&space->arena, (uint64_t) count + 1, sizeof(uint32_t));
	uint32_t *group;

	memset(groups, 0, sizeof(*groups));
	groups->named =
	    arena_take(&space->arena, (uint64_t) count + 1, sizeof(int64_t));
	groups->of_leaf =
	    arena_take(&space->arena, (uint64_t) leaves + 1, sizeof(uint32_t));
	groups->leaf =
	    arena_take(&space->arena, (uint64_t) leaves + 1, sizeof(uint32_t));
	if (space->arena.failed)
		return false;
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	sort_numbers(order, count, less, named);
	for (uint32_t i = 0; i < count; i++)
		if (groups->named_count == 0 ||
		    groups->named[groups->named_count - 1] != named[order[i]])
			groups->named[groups->named_count++] = named[order[i]];
	/* by the longest named prefix; the last one stands for none */
	group = arena_take(&space->arena, (uint64_t) groups->named_count + 1,
	                   sizeof(uint32_t));
	if (group == NULL)
		return false;
	for (uint32_t i = 0; i < leaves; i++)
	{
		uint32_t chain[SPACE_CHAIN];
		uint32_t longest = groups->named_count;

		if (space_chain(groups, space->classes.leaf[i], chain) > 0)
			longest = chain[0];
		if (group[longest] == 0)
		{
			groups->leaf[groups->count] = i;
			group[longest] = ++groups->count;
		}
		groups->of_leaf[i] = group[longest] - 1;
	}
	return true;
}
