/*
 * textnumber_test.c
 *	  Numbers in folded text: every form of a telephone and of an identity
 *	  number, and what is none; random identity numbers with a check digit of
 *	  our own; random texts of what numbers are made of.
 */
#include "core/textnumber.h"

#include <stdlib.h>

#include "tap.h"

#define PHONE    "℡"
#define IDENTITY "№"

static long polls;

static void
count_poll(void *context)
{
	(void) context;
	polls++;
}

/* Fold in a block of exactly the size, with origins or without. */
static char *
numbers(const char *text, bool bare, bool as_one, bool origins)
{
	static char out[4096];
	size_t len = strlen(text);
	char *bytes = malloc(len > 0 ? len : 1);
	uint32_t *from = origins ? malloc((len + 1) * sizeof(*from)) : NULL;
	bool good = true;
	size_t n;

	memcpy(bytes, text, len);
	for (size_t i = 0; origins && i <= len; i++)
		from[i] = (uint32_t) i;
	n = textnumber_fold(bytes, from, len, bare, as_one, count_poll, NULL);
	memcpy(out, bytes, n);
	out[n] = '\0';
	for (size_t i = 0; origins && i < n; i++)
		good = good && from[i] < len && (i == 0 || from[i] >= from[i - 1]) &&
		       (bytes[i] == text[from[i]] || (as_one && bytes[i] == '0') ||
		        (unsigned char) bytes[i] >= 0x80);
	free(bytes);
	free(from);
	return good ? out : "origins are wrong";
}

static void
is(const char *text, const char *expected)
{
	bool good = strcmp(numbers(text, false, false, false), expected) == 0 &&
	            strcmp(numbers(text, false, false, true), expected) == 0;
	const char *got = numbers(text, false, false, false);

	ok(good, "\"%s\" becomes \"%s\" (got \"%s\")", text, expected, got);
	got = numbers(expected, false, false, true);
	if (strcmp(got, expected) != 0)
		ok(false, "and then stays (got \"%s\")", got);
}

/* The text around it does not matter. */
static void
becomes(const char *number, const char *token)
{
	static const char *const around[][2] = {{"", ""},        {"电话:", "。"},
	                                        {"tel:", ",转"}, {"1,", "/2"},
	                                        {"(", ")"},      {"wx", "a"}};
	int wrong = 0;

	for (size_t i = 0; i < sizeof(around) / sizeof(*around); i++)
	{
		char text[200];
		char expected[200];

		/* a check digit is not before a letter */
		if (i == 5 && number[strlen(number) - 1] == 'x')
			continue;
		snprintf(text, sizeof(text), "%s%s%s", around[i][0], number,
		         around[i][1]);
		snprintf(expected, sizeof(expected), "%s%s%s", around[i][0], token,
		         around[i][1]);
		if (strcmp(numbers(text, false, false, true), expected) != 0)
		{
			wrong++;
			printf("# \"%s\" becomes \"%s\"\n", text,
			       numbers(text, false, false, true));
		}
	}
	ok(wrong == 0, "\"%s\" becomes \"%s\"", number, token);
}

static void
stays(const char *text)
{
	is(text, text);
}

static void
test_phones(void)
{
	static const char *const phones[] = {
	    /* mobile */
	    "13800138000", "19912345678", "138-0013-8000", "138 0013 8000",
	    "138 00138000", "1380013 8000", "1380 013 8000", "1380 0138 000",
	    "138 001 38000", "13800 138000", "138 - 0013 - 8000", "138—0013—8000",
	    "138–0013–8000", "138−0013−8000", "8613800138000", "86 13800138000",
	    "86-138-0013-8000", "+8613800138000", "+86 13800138000",
	    "+86-138-0013-8000", "008613800138000", "0086 138 0013 8000",
	    "013800138000",
	    /* fixed */
	    "0731-88888888", "0731 88888888", "0731-8888888", "0731-8888 8888",
	    "0731-888-8888", "0731-8888 888", "073188888888", "07318888888",
	    "010-88888888", "010 8888 8888", "01088888888", "02588888888",
	    "(010)88888888", "(0731)8888888", "(0731) 8888 8888",
	    "(0731)-88888888", "0731—88888888", "0000-00000000", "86-10-88888888",
	    "+86 10 8888 8888", "+86-731-8888888", "86 0731 88888888",
	    "0731-88888888-801", "073188888888-8012", "010-8888-8888-12",
	    "86 073188888888",
	    /* services */
	    "4008888888", "400-888-8888", "400-8888-888", "4008-888-888",
	    "400 8888888", "4000-123456", "8008208820", "800-820-8820",
	    /* hidden */
	    "138****8000", "138***8000", "138****800", "1380013****",
	    "138××××8000", "138xxxx8000", "138-****-8000", "138 **** 8000",
	    "138 ****8000", "138**** 8000", "189 *****************",
	    "0731-888*****", "0731-****8888"};

	for (size_t i = 0; i < sizeof(phones) / sizeof(*phones); i++)
		becomes(phones[i], PHONE);

	is("电话:0000-00000000 2015年4月11", "电话:" PHONE " 2015年4月11");
	is("13800138000 13900139000", PHONE " " PHONE);
	is("13800138000+8613900139000", PHONE PHONE);
	is("13800138000(0731)8888888", PHONE PHONE);
	is("+13800138000", "+" PHONE);
	is("2(0731)8888888", "2" PHONE);
	is("1 13800138000 2", "1 " PHONE " 2");
	is("0731-0000-00000000", "0731-" PHONE);
	is("13800138000****", IDENTITY); /* or so it seems */
	is("138****8000****", PHONE "*");

	stays("110");
	stays("12345 12315 95598 10086");
	stays("2019-09-20");
	stays("2019 09 20");
	stays("1800-2000");
	stays("12800138000");  /* no such series */
	stays("1380013800");   /* a digit less */
	stays("138001380001"); /* a digit more */
	stays("138001380000000000000000000000");
	stays("1 3800138000");
	stays("138-00138-000");
	stays("138.0013.8000");
	stays("138  00138000"); /* not folded text */
	stays("138--00138000");
	stays("88888888");
	stays("010-8888888");
	stays("0731-888888");
	stays("0731-888888888");
	stays("(731)8888888");
	stays("0731)88888888"); /* nothing opens */
	stays("(2019)12345678");
	stays("01188888888");
	stays("gb 50180-93(2002)");
	stays("978-7-80552-263-0");
	stays("150*2000");
	stays("138*8000");
	stays("138×8000");
	stays("138xx8000");
	is("138**8000", "138*8000");
	is("1300***", "1300*");
	is("***********", "*");
	is("**××**", "*×*");
	stays("138xxxxxxxxxxxxxxxx8000");
}

static void
test_identities(void)
{
	static const char *const identities[] = {
	    "11010519491231002x", "44052419800101001x", "440524198001010014",
	    "110105 19491231 002x", "110105-19491231-002x",
	    "110105 1949 1231 002x", "1101 0519 4912 3100 2x",
	    "110 105 194 912 310 02x",
	    /* a digit mistyped, written in one */
	    "110105194912310021", "430322199902281234",
	    /* of old */
	    "130503670401001", "430322991231123",
	    /* hidden */
	    "430322********1234", "430322********123x", "430322195604*******",
	    "43032219560401****", "430322xxxxxxxx1234", "430322 ******** 1234",
	    "4303221956****1234"};

	for (size_t i = 0; i < sizeof(identities) / sizeof(*identities); i++)
		becomes(identities[i], IDENTITY);

	is("身份证11010519491231002x,男", "身份证" IDENTITY ",男");
	is("430322195604*******当事人", IDENTITY "当事人");
	is("11010519491231002x13800138000", IDENTITY PHONE);

	stays("110105 19491231 0021"); /* parted, and mistyped */
	stays("110105194913310021");   /* month 13 */
	stays("110105194912320021");   /* day 32 */
	stays("110105184912310021");   /* of the 19th century */
	stays("010105194912310021");   /* no such region */
	stays("910105194912310021");
	stays("1101051949123100211"); /* a digit more */
	stays("440310001001001");     /* a grid, as old numbers began with 1910 */
	stays("430322991331123");
	stays("20260301-440310-0000001-3");
	stays("6217001234567890123");
	stays("430322*1234");
	stays("4303221956041234");
}

/* The digit that the numbers before it ask for, by the weights of GB 11643 */
static char
check_of(const char *digit)
{
	static const int weight[17] = {7, 9, 10, 5,  8, 4, 2, 1, 6,
	                               3, 7, 9,  10, 5, 8, 4, 2};
	static const char check[] = "10x98765432";
	int sum = 0;

	for (int i = 0; i < 17; i++)
		sum += (digit[i] - '0') * weight[i];
	return check[sum % 11];
}

static void
test_random_identities(void)
{
	uint64_t seed = 18;
	int wrong = 0;

	for (int i = 0; i < 100000; i++)
	{
		char number[24];
		char parted[32];
		uint64_t r = next_random(&seed);

		snprintf(number, sizeof(number), "%06d%04d%02d%02d%03d",
		         (int) (110000 + r % 700000), (int) (1900 + r / 7 % 200),
		         (int) (1 + r / 11 % 12), (int) (1 + r / 13 % 31),
		         (int) (r / 17 % 1000));
		number[17] = check_of(number);
		number[18] = '\0';
		wrong += strcmp(numbers(number, false, false, true), IDENTITY) != 0;
		snprintf(parted, sizeof(parted), "%.6s %.8s-%s", number, number + 6,
		         number + 14);
		wrong += strcmp(numbers(parted, false, false, true), IDENTITY) != 0;
		/* any other digit in its place, and it is no number */
		parted[19] = parted[19] == '1' ? '2' : '1';
		wrong += strcmp(numbers(parted, false, false, true), IDENTITY) == 0;
	}
	ok(wrong == 0, "100000 identity numbers, parted, and with a wrong digit");
}

static void
test_options(void)
{
	ok(strcmp(numbers("13800138000,**2019年", true, false, true),
	          "13800138000,*2019年") == 0,
	   "bare");
	ok(strcmp(numbers("13800138000,2019年a3 0.5", false, true, true),
	          PHONE ",0年a3 0.0") == 0,
	   "digits as one");
	ok(strcmp(numbers("", false, true, true), "") == 0, "nothing");
	ok(strcmp(numbers("垃圾", false, true, true), "垃圾") == 0, "none");
}

/* What is found once is all there is. */
static void
test_random(void)
{
	static const char *const atoms[] = {
	    "1", "13", "138", "0", "07", "0731", "8000", "86",   "400",   "+",
	    "(", ")",  " ",   "-", "—",  "*",    "***",  "×××",  "xxx",   "x",
	    "a", "，", "℡",   "8", "88", "888",  "1949", "1231", "110105"};
	uint64_t seed = 11;
	int wrong = 0;
	int found = 0;

	for (int round = 0; round < 300000; round++)
	{
		char text[400];
		char once[400];
		size_t len = 0;
		int count = (int) (next_random(&seed) % 16);
		bool bare = round % 8 == 7;
		bool as_one = round % 4 == 3;

		for (int i = 0; i < count; i++)
		{
			const char *atom =
			    atoms[next_random(&seed) % (sizeof(atoms) / sizeof(*atoms))];

			memcpy(text + len, atom, strlen(atom));
			len += strlen(atom);
		}
		text[len] = '\0';
		strcpy(once, numbers(text, bare, as_one, true));
		found += strstr(once, PHONE) != NULL && strstr(text, PHONE) == NULL;
		if (strcmp(numbers(once, bare, as_one, true), once) != 0)
		{
			if (wrong++ < 10)
				printf("# \"%s\": \"%s\"\n", text, once);
		}
	}
	ok(wrong == 0, "300000 random texts are done when done once");
	ok(found > 1000, "telephone numbers in %d of them", found);
}

int
main(void)
{
	test_phones();
	test_identities();
	test_random_identities();
	test_options();
	test_random();
	return done_testing();
}
