/*
 * classifier_test.c
 *	  Classifiers: opened and refused, scores against their explanation and
 *	  against a plain reading of the value, probabilities, any text,
 *	  hierarchies.
 */
#include "core/classifier_format.h"
#include "core/checksum.h"
#include "core/code.h"

#include "classifier_texts.h"

#define CLASSES 12
#define TEXTS   400

static TestText texts[TEXTS];
static TestMemory counter = {-1, 0, 0};
static const ClassifierMemory memory = {test_resize, NULL, &counter};
static uint8_t *value;
static size_t size;
static Classifier classifier;

static void
make_value(void)
{
	ClassifierOptions options;
	uint64_t random = 5;
	int i;

	for (i = 0; i < TEXTS; i++)
		make_text(&texts[i], &random, CLASSES, 10 + i % 60);
	classifier_default_options(&options);
	strcpy(options.folding, "test 1");
	ok(train_texts(texts, TEXTS, NULL, &counter, &options, 0, &value, &size) ==
	           CLASSIFIER_OK &&
	       classifier_validate(value, size, &classifier) == CLASSIFIER_OK,
	   "%d texts are trained on", TEXTS);
	ok(classifier.classes == CLASSES && classifier.rows == TEXTS &&
	       strcmp(classifier.folding, "test 1") == 0 &&
	       classifier.codes[0] == TEXT_CODE(0) &&
	       classifier.codes[1] == TEXT_CODE(1),
	   "the header tells of it");
}

/* A score by the words of classifier_format.h, gram by gram */
static int64_t
score_plainly(const char *text, size_t len, uint32_t class_number)
{
	ClassifierReader reader;
	ClassifierGram grams[CLASSIFIER_PER_CHAR];
	static struct
	{
		uint64_t hash;
		uint32_t count;
		int64_t own;
		int64_t weight;
	} seen[20000];
	double squares = 0;
	int64_t score = classifier.bias[class_number];
	int n = 0;
	int found;
	int i;
	int k;

	classifier_read(&reader, text, len);
	while ((found = classifier_read_character(&reader, grams)) >= 0)
		for (i = 0; i < found; i++)
		{
			for (k = 0; k < n && seen[k].hash != grams[i].hash; k++)
				;
			if (k == n)
			{
				uint32_t bits = classifier.bucket_bits;
				uint32_t b = (uint32_t) (grams[i].hash >> (64 - bits));
				uint32_t key = (uint32_t) (grams[i].hash << bits >> 32);
				uint32_t at = classifier.directory[b];

				memset(&seen[n], 0, sizeof(seen[n]));
				seen[n++].hash = grams[i].hash;
				while (at < classifier.directory[b + 1])
				{
					const uint32_t *r = classifier.records + at;
					uint32_t e;

					if (r[0] == key)
					{
						seen[k].own = r[1] & 0xFFFF;
						for (e = 0; e < r[1] >> 16; e++)
							if ((r[2 + e] & 0xFFFF) == class_number)
								seen[k].weight = (int16_t) (r[2 + e] >> 16);
					}
					at += 2 + (r[1] >> 16);
				}
			}
			seen[k].count += grams[i].times;
			if (seen[k].count > 255)
				seen[k].count = 255;
		}
	for (k = 0; k < n; k++)
		squares += (double) (seen[k].count * seen[k].own) *
		           (double) (seen[k].count * seen[k].own);
	for (k = 0; k < n; k++)
		if (seen[k].own > 0)
			score += (int64_t) ((double) (seen[k].count * seen[k].own) *
			                        (16384 / sqrt(squares)) +
			                    0.5) *
			         seen[k].weight;
	return score;
}

typedef struct Told
{
	const char *text;
	size_t len;
	size_t from;
	size_t to;
	int64_t sum;
	int wrong;
	int count;
} Told;

static bool
boundary(const char *text, size_t at)
{
	return ((unsigned char) text[at] & 0xC0) != 0x80;
}

static void
hear(void *context, size_t from, size_t to, int64_t contribution)
{
	Told *told = context;

	told->count++;
	told->sum += contribution;
	if (from >= to || to > told->len || to < told->to ||
	    (to == told->to && from >= told->from) ||
	    !boundary(told->text, from) ||
	    (to < told->len && !boundary(told->text, to)))
		told->wrong++;
	told->from = from;
	told->to = to;
}

/* How many classes' scores are not what their explanation says */
static int
faults(ClassifierWork *work, const char *text, size_t len, bool plainly)
{
	int64_t scores[CLASSES];
	double p[CLASSES];
	double sum = 0;
	char *exact = malloc(len > 0 ? len : 1);
	int wrong = 0;
	uint32_t c;

	memcpy(exact, text, len);
	if (classifier_score(&classifier, work, exact, len, scores) !=
	    CLASSIFIER_OK)
		wrong++;
	for (c = 0; c < CLASSES; c++)
	{
		Told told = {exact, len, 0, 0, 0, 0, 0};

		if (classifier_explain(&classifier, work, exact, len, c, hear,
		                       &told) != CLASSIFIER_OK)
			wrong++;
		wrong += told.wrong;
		wrong += told.sum + classifier.bias[c] != scores[c];
		if (plainly)
			wrong += scores[c] != score_plainly(exact, len, c);
	}
	classifier_probabilities(&classifier, scores, NULL, p);
	for (c = 0; c < CLASSES; c++)
	{
		sum += p[c];
		wrong += !(p[c] >= 0 && p[c] <= 1) ||
		         p[c] > p[classifier_best(&classifier, scores, NULL)];
	}
	wrong += fabs(sum - 1) > 1e-12;
	free(exact);
	return wrong;
}

static void
test_scores(void)
{
	ClassifierWork work;
	uint64_t random = 99;
	int wrong = 0;
	int right = 0;
	int i;

	classifier_work_begin(&work, &memory);
	for (i = 0; i < 200; i++)
	{
		TestText t;
		int64_t scores[CLASSES];

		make_text(&t, &random, CLASSES, 10 + i % 60);
		wrong += faults(&work, t.text, t.len, true);
		classifier_score(&classifier, &work, t.text, t.len, scores);
		right +=
		    classifier.codes[classifier_best(&classifier, scores, NULL)] ==
		    t.code;
	}
	ok(wrong == 0, "200 new texts: explanations add up to scores (%d do not)",
	   wrong);
	ok(right >= 190, "and %d of their classes are right", right);
	classifier_work_free(&work);
}

static void
try_text(ClassifierWork *work, const char *what, const char *text, size_t len)
{
	int wrong = faults(work, text, len, len < 2000);

	ok(wrong == 0, "%s: %zu bytes, %d faults", what, len, wrong);
}

/* The order of probabilities is that of scores, and doubts are told larger. */
static void
test_probabilities(void)
{
	Classifier c = classifier;
	uint64_t random = 5;
	double before = 0;
	int wrong = 0;
	int i;

	for (i = 0; i <= 1000; i++)
	{
		double told = i / 1000.0 * classifier_more_doubt(i / 1000.0, 2.2);

		wrong += told < before || told < i / 1000.0 || told > 1;
		before = told;
	}
	ok(wrong == 0 && classifier_more_doubt(0.01, 2) == 2 &&
	       classifier_more_doubt(0.15, 2) == 1 &&
	       fabs(classifier_more_doubt(0.14999, 2) - 1) < 0.001,
	   "a greater doubt is told as a greater one");
	for (i = 0; i < 2000; i++)
	{
		double unit = (1 << i % 8) / c.slope;
		int64_t scores[CLASSES];
		double p[CLASSES];
		double sum = 0;
		int a;
		int b;

		c.doubt = 1 + i % 3 * 0.6;
		for (a = 0; a < CLASSES; a++)
			scores[a] =
			    (int64_t) (((double) (next_random(&random) % 2001) / 1000 -
			                1) *
			               unit);
		classifier_probabilities(&c, scores, NULL, p);
		for (a = 0; a < CLASSES; a++)
		{
			sum += p[a];
			for (b = 0; b < CLASSES; b++)
				wrong += scores[a] > scores[b] && p[a] < p[b];
		}
		wrong += !(fabs(sum - 1) < 1e-9);
	}
	ok(wrong == 0, "probabilities are in the order of scores (%d are not)",
	   wrong);
}

static void
test_hostile(void)
{
	static char text[300000];
	ClassifierWork work;
	int64_t scores[CLASSES];
	int64_t again[CLASSES];
	uint64_t random = 7;
	TestText t;
	int wrong = 0;
	size_t n;
	int i;

	classifier_work_begin(&work, &memory);
	try_text(&work, "empty", "", 0);
	classifier_score(&classifier, &work, "", 0, scores);
	ok(memcmp(scores, classifier.bias, sizeof(scores)) == 0,
	   "the score of nothing is the bias");
	try_text(&work, "punctuation", "。，！？…… \n\n--", 23);
	try_text(&work, "newlines", "\n\n\n", 3);
	try_text(&work, "combining marks", "\xCC\x81\xCC\x81\xE0\xBC\xBE", 7);
	try_text(&work, "emoji", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 8);
	try_text(&work, "cut off", "\xE4\xB8", 2);
	try_text(&work, "a NUL", "a\0b", 3);
	for (i = 0; i < 500; i++)
	{
		n = next_random(&random) % 64;
		for (size_t k = 0; k < n; k++)
			text[k] = (char) (next_random(&random) >> 20);
		wrong += faults(&work, text, n, true);
	}
	ok(wrong == 0, "500 strings of random bytes (%d faults)", wrong);
	/* one character 300 times: a count beyond what is kept */
	make_text(&t, &random, CLASSES, 1);
	for (i = 0; i < 600; i++)
		memcpy(text + 3 * i, t.text + 3 * (i % 2), 3);
	try_text(&work, "a word 300 times", text, 1800);
	for (n = 0; n + t.len < sizeof(text); n += t.len)
	{
		make_text(&t, &random, CLASSES, 40);
		if (n + t.len >= sizeof(text))
			break;
		memcpy(text + n, t.text, t.len);
	}
	try_text(&work, "long", text, n);
	classifier_score(&classifier, &work, text, n, scores);
	n = CLASSIFIER_TEXT_MAX;
	while (!boundary(text, n))
		n--;
	classifier_score(&classifier, &work, text, n, again);
	ok(memcmp(scores, again, sizeof(scores)) == 0,
	   "of a long text the first %d bytes are read", CLASSIFIER_TEXT_MAX);
	ok(work.size <= 54u * CLASSIFIER_PER_CHAR * CLASSIFIER_TEXT_MAX,
	   "room to work in is bounded: %zu bytes", work.size);
	classifier_work_free(&work);
}

/* Is a value refused whose header was changed, with its sum put right? */
static bool
refused(size_t at, const void *bytes, size_t n)
{
	uint8_t *copy = malloc(size);
	uint64_t sum;
	Classifier c;
	bool is;

	memcpy(copy, value, size);
	memcpy(copy + at, bytes, n);
	sum = checksum_bytes(copy + 24, size - 24);
	memcpy(copy + 16, &sum, 8);
	is = classifier_validate(copy, size, &c) == CLASSIFIER_STRUCTURE;
	free(copy);
	return is;
}

static void
test_header(void)
{
	static const double wild[] = {NAN, INFINITY, -1, 4};
	size_t folding = offsetof(ClassifierHeader, folding);
	uint32_t many = (UINT32_C(4) << classifier.bucket_bits) + 1;
	int i;

	ok(!refused(folding, "t", 1), "a header put right is taken");
	ok(refused(folding, "\xF0", 1) && refused(folding, "\0x", 2) &&
	       refused(folding, "\n", 1),
	   "the name of the folding is plain text");
	for (i = 0; i < 4; i++)
		ok(refused(offsetof(ClassifierHeader, doubt), &wild[i], 8) &&
		       (i == 3 ||
		        refused(offsetof(ClassifierHeader, slope), &wild[i], 8)),
		   "no slope or doubt of %g", wild[i]);
	ok(refused(offsetof(ClassifierHeader, features), &many, 4),
	   "no more records than buckets can divide");
}

static void
test_head(void)
{
	ClassifierReader r;

	classifier_read(&r, "ab cd\nef", 8);
	ok(r.head_end == 5, "the head is the first line");
	classifier_read(&r, "\n  ab\nef", 8);
	ok(r.head_end == 5, "which is not an empty one");
	classifier_read(&r, "12345678901234567890123456789012345", 35);
	ok(r.head_end == 30, "without a second line, thirty characters");
	classifier_read(
	    &r,
	    "1234567890123456789012345678901234567890123456789012345678901234\nx",
	    66);
	ok(r.head_end == 30, "or if the first is long");
	classifier_read(&r, "short", 5);
	ok(r.head_end == 5, "or all there is");
}

static void
test_refused(void)
{
	uint8_t *copy = malloc(size);
	Classifier c;
	int accepted = 0;
	size_t i;

	memcpy(copy, value, size);
	for (i = 0; i < size; i++)
	{
		copy[i] ^= (uint8_t) (1 << i % 8);
		accepted += classifier_validate(copy, size, &c) == CLASSIFIER_OK;
		copy[i] ^= (uint8_t) (1 << i % 8);
		if (i == 2000)
			i = size - size / 50;
	}
	ok(accepted == 0, "no changed byte is accepted");
	accepted = 0;
	for (i = 0; i < size; i += 1 + i / 20)
		accepted += classifier_validate(copy, i, &c) == CLASSIFIER_OK;
	ok(accepted == 0 && classifier_validate(copy, 100, &c) == CLASSIFIER_SHORT,
	   "nothing cut off is accepted");
	ok(classifier_validate(copy, size - 4, &c) == CLASSIFIER_SHORT,
	   "cut off is said");
	copy[0] ^= 1;
	ok(classifier_open(copy, size, &c) == CLASSIFIER_MAGIC, "something else");
	copy[0] ^= 1;
	copy[4]++;
	ok(classifier_open(copy, size, &c) == CLASSIFIER_VERSION, "a version");
	copy[4]--;
	for (i = 0; i < 4; i++)
		copy[i] = value[3 - i];
	ok(classifier_open(copy, size, &c) == CLASSIFIER_BYTEORDER,
	   "the other byte order");
	free(copy);
}

static int64_t
event(const char *text)
{
	int64_t code = 0;
	CodeFault fault;

	eventcode_parse(text, strlen(text), &code, &fault);
	return code;
}

static void
test_hierarchy(void)
{
	const int64_t codes[7] = {event("01"),   event("0101"), event("0102"),
	                          event("0103"), event("02"),   event("0201"),
	                          event("03")};
	const double p[7] = {0.05, 0.40, 0.30, 0.05, 0.0, 0.15, 0.05};
	double sums[7];

	classifier_roll_up(codes, p, 7, sums);
	ok(fabs(sums[0] - 0.8) < 1e-12 && fabs(sums[4] - 0.15) < 1e-12 &&
	       fabs(sums[6] - 0.05) < 1e-12 && fabs(sums[1] - 0.4) < 1e-12,
	   "a parent's probability is the sum of what is within it");
	ok(classifier_surest(codes, sums, 7, 0.35) == 1, "a leaf that is sure");
	ok(classifier_surest(codes, sums, 7, 0.25) == 1, "of two the surer");
	ok(classifier_surest(codes, sums, 7, 0.75) == 0, "else its parent");
	ok(classifier_surest(codes, sums, 7, 0.9) == 7, "else none");
	ok(classifier_surest(codes, sums, 0, 0) == 0, "of none, none");
}

int
main(void)
{
	make_value();
	test_scores();
	test_probabilities();
	test_hostile();
	test_head();
	test_header();
	test_refused();
	test_hierarchy();
	free(value);
	return done_testing();
}
