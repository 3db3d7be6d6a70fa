/*
 * fuzz_workcal_text.c
 *	  Any bytes as a date, a time, a shift, or a name: what is read is in
 *	  range, and is read again from what is written.
 */
#include "core/workcal_text.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	WorkcalShift shift;
	WorkcalShift other;
	WorkcalStatus status;
	char out[32];
	int32_t value;
	int32_t again;
	int weekday = workcal_read_weekday(text, size);
	size_t n;

	status = workcal_read_date(text, size, &value);
	if (status == WORKCAL_OK)
	{
		workcal_put_date(value, out);
		REQUIRE(size == 10 && memcmp(out, text, 10) == 0);
	}
	else
		REQUIRE(status == WORKCAL_DATE || status == WORKCAL_RANGE);

	n = workcal_read_clock(text, size, &value);
	REQUIRE(n == 0 || n == 5 || n == 8);
	REQUIRE(n <= size);
	if (n > 0)
	{
		REQUIRE(value >= 0 && value <= WORKCAL_DAY_SECONDS);
		n = workcal_put_clock(value, out);
		REQUIRE(workcal_read_clock(out, n, &again) == n && again == value);
		REQUIRE(memcmp(out, text, n) == 0);
	}

	status = workcal_read_shift(text, size, &shift);
	if (status == WORKCAL_OK)
	{
		REQUIRE(shift.from >= 0 && shift.from < WORKCAL_DAY_SECONDS);
		REQUIRE(shift.to > shift.from &&
		        shift.to - shift.from <= WORKCAL_DAY_SECONDS);
		n = workcal_put_clock(shift.from, out);
		out[n++] = '-';
		n += workcal_put_clock(shift.to > WORKCAL_DAY_SECONDS
		                           ? shift.to - WORKCAL_DAY_SECONDS
		                           : shift.to,
		                       out + n);
		REQUIRE(workcal_read_shift(out, n, &other) == WORKCAL_OK);
		REQUIRE(other.from == shift.from && other.to == shift.to);
	}
	else
		REQUIRE(status == WORKCAL_SHIFT || status == WORKCAL_INVERTED);

	REQUIRE(
	    weekday == 7 ||
	    (size == 3 && memcmp(text, workcal_weekday_name[weekday], 3) == 0));
	if (workcal_zone_valid(text, size))
		REQUIRE(size > 0 && text[0] != '/' && text[0] != '.' &&
		        text[size - 1] != '/' && memchr(text, '\0', size) == NULL);
	return 0;
}
