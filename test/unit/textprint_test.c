/*
 * textprint_test.c
 *	  Fingerprints: the value against a plain model of what the header says,
 *	  their similarity against the exact share of common pairs, how often keys
 *	  meet, texts that say nothing, hostile bytes.
 */
#include "core/textprint.h"

#include <math.h>
#include <stdlib.h>

#include "core/textgram.h"
#include "tap.h"

static uint64_t seed = 80;
static long polls;

static void
count_poll(void *context)
{
	(void) context;
	polls++;
}

/* Of a copy with nothing after it, so that reading on is noticed */
static size_t
print_of(const char *text, size_t len, uint8_t *print)
{
	char *exact = malloc(len > 0 ? len : 1);
	size_t n;

	memcpy(exact, text, len);
	n = textprint_make(exact, len, count_poll, NULL, print);
	free(exact);
	return n;
}

/* Random characters of a small alphabet of ideographs, as UTF-8 */
static size_t
random_text(char *out, int characters, int alphabet)
{
	size_t n = 0;

	for (int i = 0; i < characters; i++)
	{
		uint32_t c = 0x4E00 + (uint32_t) (next_random(&seed) % alphabet);

		out[n++] = (char) (0xE0 | c >> 12);
		out[n++] = (char) (0x80 | (c >> 6 & 0x3F));
		out[n++] = (char) (0x80 | (c & 0x3F));
	}
	return n;
}

static uint64_t
model_scramble(uint64_t z)
{
	z ^= z >> 30;
	z *= 13787848793156543929u;
	z ^= z >> 27;
	z *= 10723151780598845931u;
	return z ^ z >> 31;
}

static uint32_t
character_at(const char *text, int i)
{
	const unsigned char *s = (const unsigned char *) text + 3 * i;

	return (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
}

/* The print as the header tells it, of a text of characters of three bytes */
static void
model_print(const char *text, int characters, uint8_t *print)
{
	print[0] = 1;
	for (int k = 0; k < 128; k++)
	{
		uint64_t a = model_scramble((2 * k + 1) * 11400714819323198485u) | 1;
		uint64_t b = model_scramble((2 * k + 2) * 11400714819323198485u);
		uint64_t least = UINT64_MAX;

		for (int i = 1; i < characters || i < 2; i++)
		{
			uint64_t pair = characters == 1
			                    ? character_at(text, 0)
			                    : (uint64_t) character_at(text, i - 1) << 21 |
			                          character_at(text, i);
			uint64_t h =
			    (a * model_scramble(pair + 11400714819323198485u) + b) >> 32;

			if (h < least)
				least = h;
		}
		print[1 + k] = least & 255;
	}
}

static int
compare_pairs(const void *a, const void *b)
{
	return memcmp(a, b, 6);
}

/* The exact share of pairs that two texts have in common */
static double
exact_similarity(const char *a, int na, const char *b, int nb)
{
	char(*all)[6] = malloc((size_t) (na + nb) * 6);
	char(*both)[6] = malloc((size_t) (na + nb) * 6);
	int sets[2] = {0, 0};
	int common = 0;

	for (int t = 0; t < 2; t++)
	{
		char(*set)[6] = t == 0 ? all : both;
		const char *text = t == 0 ? a : b;
		int n = (t == 0 ? na : nb) - 1;
		int kept = 0;

		for (int i = 0; i < n; i++)
			memcpy(set[i], text + 3 * i, 6);
		qsort(set, (size_t) n, 6, compare_pairs);
		for (int i = 0; i < n; i++)
			if (i == 0 || memcmp(set[i], set[kept - 1], 6) != 0)
				memmove(set[kept++], set[i], 6);
		sets[t] = kept;
	}
	for (int i = 0; i < sets[0]; i++)
		common +=
		    bsearch(all[i], both, (size_t) sets[1], 6, compare_pairs) != NULL;
	free(all);
	free(both);
	return common / (double) (sets[0] + sets[1] - common);
}

static void
test_model(void)
{
	char text[3000];
	int wrong = 0;

	for (int i = 0; i < 500; i++)
	{
		int characters = 1 + (int) (next_random(&seed) % (i < 100 ? 5 : 300));
		size_t len = random_text(text, characters, 3000);
		uint8_t got[TEXTPRINT_SIZE];
		uint8_t expected[TEXTPRINT_SIZE];

		model_print(text, characters, expected);
		wrong += print_of(text, len, got) != TEXTPRINT_SIZE ||
		         memcmp(got, expected, TEXTPRINT_SIZE) != 0 ||
		         !textprint_valid(got, TEXTPRINT_SIZE);
	}
	ok(wrong == 0, "500 prints are what the header says (%d are not)", wrong);
}

static void
test_similarity(void)
{
	static char a[9000];
	static char b[9000];
	double square = 0;
	double sum = 0;
	double largest = 0;
	int met[10] = {0};
	int tried[10] = {0};
	int n = 4000;

	for (int i = 0; i < n; i++)
	{
		int characters = 20 + (int) (next_random(&seed) % 400);
		int changes = (int) (next_random(&seed) % (uint64_t) characters);
		uint8_t pa[TEXTPRINT_SIZE];
		uint8_t pb[TEXTPRINT_SIZE];
		double exact;
		double got;
		double error;
		int decile;

		random_text(a, characters, 2500);
		memcpy(b, a, (size_t) characters * 3);
		if (i % 2 == 0)
			random_text(b, changes, 2500);
		else
			while (changes-- > 0)
				random_text(
				    b + 3 * (next_random(&seed) % (uint64_t) characters), 1,
				    2500);
		exact = exact_similarity(a, characters, b, characters);
		print_of(a, (size_t) characters * 3, pa);
		print_of(b, (size_t) characters * 3, pb);
		got = textprint_similarity(pa, TEXTPRINT_SIZE, pb, TEXTPRINT_SIZE);
		error = got - exact;
		sum += error;
		square += error * error;
		largest = fabs(error) > largest ? fabs(error) : largest;
		decile = exact >= 1 ? 9 : (int) (exact * 10);
		tried[decile]++;
		met[decile] += textprint_meets(pa, TEXTPRINT_SIZE, pb, TEXTPRINT_SIZE);
	}
	ok(fabs(sum / n) < 0.005, "similarity is not biased: %.4f", sum / n);
	ok(sqrt(square / n) < 0.044, "its standard error is %.4f",
	   sqrt(square / n));
	ok(largest < 0.25, "its largest error is %.3f", largest);
	for (int d = 0; d < 10; d++)
	{
		double low = 1 - pow(1 - pow(d / 10.0, 3), 32);
		double high = 1 - pow(1 - pow((d + 1) / 10.0, 3), 32);
		double share = tried[d] > 0 ? met[d] / (double) tried[d] : low;

		ok(tried[d] > 20 && share > low - 0.05 && share < high + 0.05,
		   "%d pairs of similarity 0.%d meet: %.3f, of %.3f to %.3f", tried[d],
		   d, share, low, high);
	}
}

static void
test_keys(void)
{
	char text[300];
	int wrong = 0;

	for (int i = 0; i < 2000; i++)
	{
		uint8_t p[2][TEXTPRINT_SIZE];
		int32_t keys[2][TEXTPRINT_KEYS];
		bool common = false;

		for (int t = 0; t < 2; t++)
		{
			size_t len =
			    random_text(text, 1 + (int) (next_random(&seed) % 6), 3);

			print_of(text, len, p[t]);
			wrong += textprint_keys(p[t], TEXTPRINT_SIZE, keys[t]) !=
			         TEXTPRINT_KEYS;
			for (int k = 0; k < TEXTPRINT_KEYS; k++)
				wrong +=
				    keys[t][k] < 0 || (k > 0 && keys[t][k] <= keys[t][k - 1]);
		}
		for (int k = 0; k < TEXTPRINT_KEYS; k++)
			for (int j = 0; j < TEXTPRINT_KEYS; j++)
				common = common || keys[0][k] == keys[1][j];
		wrong += common !=
		         textprint_meets(p[0], TEXTPRINT_SIZE, p[1], TEXTPRINT_SIZE);
	}
	ok(wrong == 0, "prints meet if they have a key in common (%d wrong)",
	   wrong);
}

static void
test_nothing(void)
{
	static const char *const nothing[] = {
	    "",  " ",        "\t\n", "!?.",      "，。", "★☆",
	    "👍", "\xFF\xFE", "\xE4", "\xE4\xB8", "“”……", "🚧⚠"};
	uint8_t empty[TEXTPRINT_SIZE];
	uint8_t print[TEXTPRINT_SIZE];
	int32_t keys[TEXTPRINT_KEYS];

	for (size_t i = 0; i < sizeof(nothing) / sizeof(*nothing); i++)
		ok(print_of(nothing[i], strlen(nothing[i]), empty) == 1 &&
		       textprint_valid(empty, 1),
		   "\"%s\" says nothing", nothing[i]);
	print_of("灯", 3, print);
	ok(textprint_similarity(empty, 1, empty, 1) == 0 &&
	       textprint_similarity(empty, 1, print, TEXTPRINT_SIZE) == 0 &&
	       !textprint_meets(empty, 1, empty, 1) &&
	       !textprint_meets(print, TEXTPRINT_SIZE, empty, 1) &&
	       textprint_keys(empty, 1, keys) == 0,
	   "it is like nothing, and has no keys");
	ok(!textprint_valid(print, 0) && !textprint_valid(print, 2) &&
	       !textprint_valid(print, 128),
	   "other lengths are no prints");
	print[0] = 2;
	ok(!textprint_valid(print, TEXTPRINT_SIZE), "nor are other versions");
}

static void
test_passed_over(void)
{
	uint8_t a[TEXTPRINT_SIZE];
	uint8_t b[TEXTPRINT_SIZE];
	const char *plain = "a市人民路12号灯坏了";
	const char *marked = "《a市 人民路12号》，灯…坏了！👍";
	char *large;
	size_t made;

	print_of(plain, strlen(plain), a);
	print_of(marked, strlen(marked), b);
	ok(memcmp(a, b, TEXTPRINT_SIZE) == 0, "what says nothing changes nothing");
	ok(textgram_says(0x3005) && textgram_says(0x3007) &&
	       textgram_says(0x2116) && textgram_says(0x2121) &&
	       !textgram_says(0x3002) && !textgram_says(0),
	   "々, 〇, № and ℡ say something");
	large = malloc(9000000);
	for (size_t i = 0; i < 9000000; i += 9)
		memcpy(large + i, "井盖坏", 9);
	polls = 0;
	made = textprint_make(large, 9000000, count_poll, NULL, a);
	ok(made == TEXTPRINT_SIZE && polls > 100, "a text of 9 MB, with %ld polls",
	   polls);
	print_of("井盖坏井", 12, b);
	ok(memcmp(a, b, TEXTPRINT_SIZE) == 0, "has the print of its pairs");
	ok(textprint_make(large, 9000, NULL, NULL, a) == TEXTPRINT_SIZE,
	   "without polls");
	free(large);
}

int
main(void)
{
	test_model();
	test_similarity();
	test_keys();
	test_nothing();
	test_passed_over();
	return done_testing();
}
