/*
 * classifier_cold_test.c
 *	  Classifiers of names, remarks and phrases: weights as they are told, the
 *	  same value in any order of the rows, bounds, odd rows, no memory.
 */
#include "core/classifier_cold.h"

#include <math.h>

#include "classifier_texts.h"
#include "core/classifier_write.h"
#include "core/code.h"

typedef struct Row
{
	const char *code;
	ClassifierColdSource source;
	const char *text;
} Row;

static const Row lists[] = {
    {"01", CLASSIFIER_COLD_NAME, "市政设施"},
    {"0101", CLASSIFIER_COLD_NAME, "路灯"},
    {"0101", CLASSIFIER_COLD_REMARK, "路灯不亮、灯杆倾斜 24 小时"},
    {"0101", CLASSIFIER_COLD_PHRASE, "街灯"},
    {"0102", CLASSIFIER_COLD_NAME, "井盖"},
    {"0102", CLASSIFIER_COLD_EXAMPLE, "下水道的盖子没有了"},
    {"02", CLASSIFIER_COLD_NAME, "噪声"},
    {"02", CLASSIFIER_COLD_EXAMPLE, "楼下太吵"},
    {"0102", CLASSIFIER_COLD_EXAMPLE, "盖子松动"},
};
#define ROWS (sizeof(lists) / sizeof(*lists))

static int64_t
code_of(const char *text)
{
	CodeFault fault;
	int64_t code = 0;

	eventcode_parse(text, strlen(text), &code, &fault);
	return code;
}

static ClassifierStatus
make(const Row *rows, size_t n, const int *order, TestMemory *counter,
     size_t prefix, uint8_t **block, size_t *size)
{
	ClassifierMemory memory = {test_resize, test_poll, counter};
	ClassifierCold cold;
	ClassifierStatus status;
	size_t i;

	classifier_cold_begin(&cold, &memory, "test");
	for (i = 0; i < n; i++)
	{
		const Row *row = &rows[order == NULL ? i : (size_t) order[i]];

		classifier_cold_code(&cold, code_of(row->code));
		classifier_cold_text(&cold, code_of(row->code), row->source, row->text,
		                     strlen(row->text));
	}
	status = classifier_cold(&cold, prefix, block, size);
	classifier_cold_free(&cold);
	return status;
}

/* The weight that a text of one character has for a class */
static double
weight_of(const Classifier *c, const char *text, uint32_t class_number)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierMemory memory = {test_resize, NULL, &counter};
	ClassifierWork work;
	int64_t scores[16];

	classifier_work_begin(&work, &memory);
	classifier_score(c, &work, text, strlen(text), scores);
	classifier_work_free(&work);
	return (double) scores[class_number] / CLASSIFIER_ONE / 1024;
}

static void
test_weights(void)
{
	static const Row rows[] = {
	    {"1", CLASSIFIER_COLD_NAME, "囧"},
	    {"11", CLASSIFIER_COLD_NAME, "烎"},
	    {"11", CLASSIFIER_COLD_REMARK, "槑"},
	    {"12", CLASSIFIER_COLD_NAME, "烎"},
	    {"12", CLASSIFIER_COLD_EXAMPLE, "囧"},
	};
	TestMemory counter = {-1, 0, 0};
	uint8_t *value;
	size_t size;
	Classifier c;
	/* 囧 is said of one code, 烎 of two, 槑 of one, each is once in Chinese;
	 * of one text a share of 1 / 51 */
	double anywhere[3] = {2.0 * 50 / 51 * 2 / 7 + 2.0 / 51,
	                      2.0 * 50 / 51 * 3 / 7, 2.0 * 50 / 51 * 2 / 7};
	/* in what is said within 1: 3 囧, 6 烎, 1 槑, and a text of 囧 */
	double above[3] = {0.3 * (5.0 / 6 * 0.3 + 1.0 / 6), 0.3 * 5.0 / 6 * 0.6,
	                   0.3 * 5.0 / 6 * 0.1};

	if (!ok(make(rows, 5, NULL, &counter, 0, &value, &size) == CLASSIFIER_OK &&
	            classifier_validate(value, size, &c) == CLASSIFIER_OK &&
	            c.classes == 2 && c.features == 3 && c.rows == 1 &&
	            c.nodes == 1 && c.node[0] == code_of("1"),
	        "made of five rows"))
		return;
	ok(fabs(weight_of(&c, "槑", 0) - log1p((0.25 + above[2]) / anywhere[2])) <
	           1e-3 &&
	       fabs(weight_of(&c, "烎", 0) -
	            log1p((0.75 + above[1]) / anywhere[1])) < 1e-3,
	   "weights of a class of which something is said");
	ok(fabs(weight_of(&c, "槑", 1) - log1p(above[2] / anywhere[2])) < 1e-3,
	   "of a gram that is said of the ancestor only");
	ok(fabs(weight_of(&c, "烎", 1) -
	        log1p((5.0 / 6 + above[1]) / anywhere[1])) < 1e-3 &&
	       fabs(weight_of(&c, "囧", 1) -
	            log1p((1.0 / 6 + above[0]) / anywhere[0])) < 1e-3,
	   "of a class that has a text");
	ok(weight_of(&c, "x", 0) == 0 && weight_of(&c, "", 1) == 0,
	   "of what nobody has said");
	free(value);
}

static void
test_order(void)
{
	TestMemory counter = {-1, 0, 0};
	uint64_t random = 5;
	uint8_t *value;
	uint8_t *again;
	size_t size;
	size_t size_again;
	Classifier c;
	int order[ROWS];
	int wrong = 0;
	int i;
	int k;

	for (i = 0; i < (int) ROWS; i++)
		order[i] = i;
	ok(make(lists, ROWS, NULL, &counter, 0, &value, &size) == CLASSIFIER_OK &&
	       classifier_validate(value, size, &c) == CLASSIFIER_OK,
	   "made");
	ok(counter.polled > 0, "and asked whether to go on");
	for (k = 0; k < 20; k++)
	{
		for (i = (int) ROWS - 1; i > 0; i--)
		{
			int j = (int) (next_random(&random) % (uint64_t) (i + 1));
			int swap = order[i];

			order[i] = order[j];
			order[j] = swap;
		}
		if (make(lists, ROWS, order, &counter, 64, &again, &size_again) !=
		        CLASSIFIER_OK ||
		    size_again != size + 64 || memcmp(value, again + 64, size) != 0)
			wrong++;
		free(again);
	}
	ok(wrong == 0, "the same bytes in any order of the rows");
	ok(weight_of(&c, "灯", 0) > weight_of(&c, "灯", 1) &&
	       weight_of(&c, "灯", 1) > 0 && weight_of(&c, "灯", 2) == 0,
	   "what is said of a class speaks for it, less for those beside it");
	ok(weight_of(&c, "2", 0) == 0, "digits say nothing");
	ok(weight_of(&c, "街", 0) > weight_of(&c, "杆", 0),
	   "a phrase says more than a remark");
	free(value);
}

/* So many classes of random names within so many ancestors */
static ClassifierStatus
make_many(uint32_t classes, uint32_t ancestors, uint32_t length,
          uint8_t **block, size_t *size)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierMemory memory = {test_resize, test_poll, &counter};
	ClassifierCold cold;
	uint64_t random = 9;
	TestText *t = calloc(1, sizeof(*t));
	ClassifierStatus status;
	uint32_t i;

	classifier_cold_begin(&cold, &memory, "test");
	for (i = 0; i < classes; i++)
	{
		char digits[32];
		uint32_t k;

		t->len = 0;
		for (k = 0; k < length; k++)
			put_character(t, 0x4E00 + (uint32_t) (next_random(&random) % 900));
		snprintf(digits, sizeof(digits), "%02u%08u", i % ancestors, i);
		classifier_cold_text(&cold, code_of(digits), CLASSIFIER_COLD_NAME,
		                     t->text, t->len);
		digits[2] = '\0';
		classifier_cold_code(&cold, code_of(digits));
	}
	free(t);
	status = classifier_cold(&cold, 0, block, size);
	classifier_cold_free(&cold);
	return status;
}

static void
test_bounds(void)
{
	static const struct
	{
		uint32_t classes;
		uint32_t ancestors;
		uint32_t length;
		size_t least;
		size_t most;
		const char *name;
	} cases[] = {
	    {500, 15, 60, 500000, 8000000, "500 classes"},
	    {1200, 1, 60, 4000000, 64000000, "many classes of one ancestor"},
	    {65535, 99, 2, 30000000, 64000000, "as many classes as there may be"},
	};
	uint8_t *value;
	size_t size;
	Classifier c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		ClassifierStatus status =
		    make_many(cases[i].classes, cases[i].ancestors, cases[i].length,
		              &value, &size);

		ok(status == CLASSIFIER_OK && size >= cases[i].least &&
		       size <= cases[i].most &&
		       classifier_validate(value, size, &c) == CLASSIFIER_OK &&
		       c.classes == cases[i].classes && c.nodes == cases[i].ancestors,
		   "%s: %zu bytes", cases[i].name, size);
		free(value);
	}
	ok(make_many(65536, 3, 1, &value, &size) == CLASSIFIER_TOO_LARGE &&
	       value == NULL,
	   "one class too many");
}

static void
test_odd(void)
{
	static const Row one[] = {{"7", CLASSIFIER_COLD_REMARK, ""}};
	TestMemory counter = {-1, 0, 0};
	ClassifierMemory memory = {test_resize, NULL, &counter};
	ClassifierWork work;
	uint8_t *value;
	size_t size;
	Classifier c;
	int64_t score;
	double p;

	ok(make(one, 0, NULL, &counter, 0, &value, &size) == CLASSIFIER_EMPTY &&
	       value == NULL,
	   "no rows");
	ok(make(one, 1, NULL, &counter, 8, &value, &size) == CLASSIFIER_OK &&
	       classifier_validate(value + 8, size - 8, &c) == CLASSIFIER_OK &&
	       c.classes == 1 && c.features == 0 && strcmp(c.folding, "test") == 0,
	   "one class of which nothing is said");
	classifier_work_begin(&work, &memory);
	classifier_score(&c, &work, "abc", 3, &score);
	classifier_probabilities(&c, &score, NULL, &p);
	ok(p == 1, "is certain");
	classifier_work_free(&work);
	free(value);
}

static void
test_no_memory(void)
{
	TestMemory counter = {-1, 0, 0};
	uint8_t *value;
	size_t size;
	long asked;
	long i;
	int wrong = 0;

	make(lists, ROWS, NULL, &counter, 0, &value, &size);
	free(value);
	asked = counter.asked;
	for (i = 0; i < asked; i++)
	{
		counter.left = i;
		if (make(lists, ROWS, NULL, &counter, 0, &value, &size) !=
		        CLASSIFIER_NO_MEMORY ||
		    value != NULL)
			wrong++;
	}
	ok(wrong == 0, "none of %ld blocks of memory can be done without", asked);
}

int
main(void)
{
	test_weights();
	test_order();
	test_bounds();
	test_odd();
	test_no_memory();
	return done_testing();
}
