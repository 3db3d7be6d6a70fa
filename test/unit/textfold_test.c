/*
 * textfold_test.c
 *	  Folding: examples of every step, every code point, random texts against
 *	  a plain model that lets ICU normalise, the table of simplified characters
 *	  against ICU's, where folded bytes come from, hostile texts, lack of
 *	  memory.
 */
#include "core/textfold.h"

#include <stdlib.h>
#include <time.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>
#include <unicode/uversion.h>

#include "tap.h"

#define PHONE    "℡"
#define IDENTITY "№"

static long allocations;
static long allocations_left = -1; /* -1: as many as wanted */
static long polls;

static void *
resize(void *context, void *block, size_t size)
{
	(void) context;
	if (size == 0)
	{
		free(block);
		return NULL;
	}
	if (allocations_left == 0)
		return NULL;
	if (allocations_left > 0)
		allocations_left--;
	allocations++;
	return realloc(block, size);
}

static void
count_poll(void *context)
{
	(void) context;
	polls++;
}

static const TextfoldMemory memory = {resize, count_poll, NULL};
static Textfold *fold;

/* Fold a copy with nothing after it, so that reading on is noticed. */
static TextfoldStatus
fold_exactly(const TextfoldOptions *options, const char *text, size_t len,
             TextfoldText *out)
{
	char *exact = malloc(len > 0 ? len : 1);
	TextfoldStatus status;

	memcpy(exact, text, len);
	status = textfold_fold(fold, options, exact, len, out);
	free(exact);
	return status;
}

static bool
folds_to(const char *text, size_t len, const char *expected, size_t wanted)
{
	TextfoldOptions options = {.origins = true};
	TextfoldText once;
	TextfoldText twice;
	bool good;

	textfold_begin(&once, &memory);
	textfold_begin(&twice, &memory);
	good = fold_exactly(&options, text, len, &once) == TEXTFOLD_OK &&
	       once.len == wanted && memcmp(once.bytes, expected, wanted) == 0;
	if (!good)
		printf("# got \"%.*s\"\n", (int) once.len, once.bytes);
	if (good)
		good = fold_exactly(&options, once.bytes, once.len, &twice) ==
		           TEXTFOLD_OK &&
		       twice.len == once.len &&
		       memcmp(twice.bytes, once.bytes, once.len) == 0;
	textfold_free(&once);
	textfold_free(&twice);
	return good;
}

static void
is(const char *text, const char *expected)
{
	ok(folds_to(text, strlen(text), expected, strlen(expected)),
	   "\"%s\" is folded to \"%s\"", text, expected);
}

static void
test_examples(void)
{
	/* NFKC and case */
	is("ＡＢＣ１２３", "abc123");
	is("（占道经营）", "(占道经营)");
	is("，！？；：％＃＠", ",!?;:%#@");
	is("ｶﾞ", "ガ");
	is("①⑩㎡㎜Ⅳⅷ㈱㊣", "110m2mmivviii(株)正");
	is("½", "1⁄2");
	is("Straße ΣΊΣΥΦΟΣ İ", "strasse σίσυφοσ i̇");
	is("e\xCC\x81", "é");
	is("e\xE2\x80\x8B\xCC\x81", "é"); /* a zero-width space between */
	is("e\x01\xCC\x81", "é");
	is("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "한");
	is("ﷺ", "صلى الله عليه وسلم");
	is("豈", "岂"); /* compatibility, and traditional */
	is("𝐀𝟙", "a1");
	is("𐐀", "𐐨");

	/* simplified */
	is("臺灣後裡", "台湾后里");
	is("甚麼時候", "甚么时候");
	is("巡察剃发", "巡察剃发"); /* which ICU's transliterator changes */
	is("苎苧薴", "苎苎苎");
	is("「引」", "“引”");
	is("俱乐部摔跤姊妹", "俱乐部摔跤姊妹");

	/* spaces, controls, zero width */
	is("", "");
	is(" ", "");
	is(" \t\r\n　\xC2\xA0\xE2\x80\xA8", "");
	is("　　一 \n\t 二\xC2\xA0", "一 二");
	is("一\x01\x02\x7F\xC2\x9F二", "一二");
	ok(folds_to("a\0b", 3, "ab", 2), "a zero byte is a control character");
	is("一\xE2\x80\x8B\xE2\x80\x8D\xEF\xBB\xBF\xE2\x81\xA0二", "一二");
	is("\xC2\xAD\xE2\x80\xAE\xE2\x81\xA7", ""); /* soft hyphen, overrides */
	is("\xD8\x80\xD8\x80", "");                 /* Arabic number sign: Cf */
	is("ㅤ", "");                              /* Hangul filler */

	/* what is repeated */
	is("！！！！", "!");
	is("!！﹗", "!");
	is("。。。……——～～~~", "。.—~");
	is("?!?!", "?!?!");
	is("★★★☆☆", "★☆");
	is("😀😀😀😁", "😀😁");
	is("哈哈哈 111 aaa", "哈哈哈 111 aaa");
	is("! ! !", "! ! !");
	is("==\xCC\xB8", "=≠");
	is("￥￥100", "¥100");
	is("==", "=");
	is("***", "*");
	is("*×××*", "*×*");

	/* lone marks, right to left, only punctuation */
	is("\xCC\x81", "\xCC\x81");
	is(" \xCC\x81", "\xCC\x81");
	is("\xCC\x81\xCC\xA3", "\xCC\xA3\xCC\x81"); /* in order */
	is("שלום", "שלום");
	is("!?", "!?");

	/* names that have been taken out stay; short numbers too */
	is("A市K2区A3区G107国道", "a市k2区a3区g107国道");
	is("拨打12345、110、95598", "拨打12345、110、95598");
	is("2019年12月25日3栋1502", "2019年12月25日3栋1502");

	/* numbers of persons */
	is("电话：１３８００１３８０００。", "电话:" PHONE "。");
	is("138****8000", PHONE);
	is("138××××8000", PHONE);
	is("0731-88888888", PHONE);
	is("身份证１１０１０５１９４９１２３１００２Ｘ", "身份证" IDENTITY);
	is("℡№", "℡№");
	is("℡℡", "℡℡");
}

static void
test_options(void)
{
	static const struct
	{
		TextfoldOptions options;
		const char *text;
		const char *expected;
	} cases[] = {
	    {{.bare_numbers = true}, "13800138000!!", "13800138000!"},
	    {{.bare_numbers = true}, "138****8000", "138*8000"},
	    {{.bare_numbers = true}, "℡№", "telno"},
	    {{.digits_as_one = true}, "2019年12月", "0年0月"},
	    {{.digits_as_one = true}, "K2区3栋", "k2区0栋"},
	    {{.digits_as_one = true}, "13800138000 3.14", "℡ 0.0"},
	    {{.digits_as_one = true, .bare_numbers = true}, "13800138000", "0"},
	    {{.digits_as_one = true}, "1*2**3", "0*0*0"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		TextfoldText out;
		bool good;

		textfold_begin(&out, &memory);
		good = fold_exactly(&cases[i].options, cases[i].text,
		                    strlen(cases[i].text), &out) == TEXTFOLD_OK &&
		       out.len == strlen(cases[i].expected) &&
		       memcmp(out.bytes, cases[i].expected, out.len) == 0 &&
		       out.origins == NULL;
		ok(good, "\"%s\" is \"%s\" by option (got \"%.*s\")", cases[i].text,
		   cases[i].expected, (int) out.len, out.bytes);
		textfold_free(&out);
	}
}

/* ---------------------------------------------------------------------
 * a model: the steps one after another, ICU to normalise
 * ---------------------------------------------------------------------
 */

static const UNormalizer2 *nfkc_casefold;
static uint16_t simplified[0x10000]; /* by the code under test, see below */

static size_t
put_utf8(char *out, UChar32 c)
{
	size_t n = 0;

	U8_APPEND_UNSAFE(out, n, c);
	return n;
}

/* The folded form of code points, numbers left bare, or SIZE_MAX */
static size_t
model(const UChar32 *text, int count, char *out)
{
	static UChar kept[4096];
	static UChar normal[65536];
	UErrorCode error = U_ZERO_ERROR;
	int32_t length = 0;
	int32_t at = 0;
	UChar32 last = ' ';
	size_t n = 0;

	for (int i = 0; i < count; i++)
	{
		UChar32 c = u_isUWhiteSpace(text[i]) ? ' ' : text[i];

		if (u_charType(c) != U_CONTROL_CHAR && u_charType(c) != U_FORMAT_CHAR)
			U16_APPEND_UNSAFE(kept, length, c);
	}
	length =
	    unorm2_normalize(nfkc_casefold, kept, length, normal, 65536, &error);
	if (U_FAILURE(error))
		return SIZE_MAX;
	while (at < length)
	{
		UChar32 c;

		U16_NEXT(normal, at, length, c);
		if (c < 0x10000)
			c = simplified[c];
		if (c == last && (c == ' ' || c == '*' || c == 0xD7 ||
		                  (U_GET_GC_MASK(c) & (U_GC_P_MASK | U_GC_S_MASK))))
			continue;
		last = c;
		n += put_utf8(out + n, c);
	}
	return n > 0 && last == ' ' ? n - 1 : n;
}

/* Learn the simplified characters, and compare them with ICU's. */
static void
test_simplified(void)
{
	TextfoldOptions options = {0};
	TextfoldText out;
	UErrorCode error = U_ZERO_ERROR;
	UChar name[40];
	UTransliterator *icu;
	/* where we differ from ICU 72, see textfold_hans.h */
	static const UChar ours[] = u"俱跤姊箝阪吒苎苧薴";
	int changed = 0;
	int wrong = 0;

	u_uastrcpy(name, "Traditional-Simplified");
	icu = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
	textfold_begin(&out, &memory);
	for (UChar32 c = 0; c < 0x10000; c++)
	{
		char text[4];
		UChar one[8] = {(UChar) c};
		int32_t length = 1;
		int32_t limit = 1;
		UChar32 folded;
		size_t n = 0;

		simplified[c] = (uint16_t) c;
		if (U_IS_SURROGATE(c) || !unorm2_isInert(nfkc_casefold, c) ||
		    (c < 0x3400 && c != 0x300C && c != 0x300D))
			continue;
		n = put_utf8(text, c);
		if (fold_exactly(&options, text, n, &out) != TEXTFOLD_OK ||
		    out.len != 3)
			continue;
		n = 0;
		U8_NEXT_UNSAFE(out.bytes, n, folded);
		simplified[c] = (uint16_t) folded;
		changed += folded != c;
		utrans_transUChars(icu, one, &length, 8, 0, &limit, &error);
		if ((one[0] != folded || length != 1) &&
		    u_strchr(ours, (UChar) c) == NULL)
		{
			wrong++;
			printf("# U+%04X: ours U+%04X, ICU's U+%04X\n", c, folded, one[0]);
		}
	}
	utrans_close(icu);
	textfold_free(&out);
	ok(U_SUCCESS(error) && changed == 2848, "%d characters are simplified",
	   changed);
	/* another version of ICU may have learnt */
	ok(wrong <= (U_ICU_VERSION_MAJOR_NUM == 72 ? 0 : 100),
	   "as ICU " U_ICU_VERSION " does it, but for %d", wrong);
}

/* Every code point alone, after a letter and before one: model, twice */
static void
test_code_points(void)
{
	TextfoldOptions options = {.bare_numbers = true};
	TextfoldOptions hiding = {0};
	TextfoldText once;
	TextfoldText twice;
	int wrong = 0;
	int unstable = 0;
	int refused = 0;

	textfold_begin(&once, &memory);
	textfold_begin(&twice, &memory);
	for (UChar32 c = 0; c < 0x110000; c++)
	{
		UChar32 points[3] = {'A', c, 0x301};
		char text[16];
		char expected[256];
		size_t n = 0;
		size_t wanted;

		for (int i = 0; i < 3; i++)
			n += put_utf8(text + n, points[i]);
		if (U_IS_SURROGATE(c))
		{
			refused += textfold_fold(fold, &options, text, n, &once) ==
			           TEXTFOLD_ENCODING;
			continue;
		}
		wanted = model(points, 3, expected);
		if (textfold_fold(fold, &options, text, n, &once) != TEXTFOLD_OK ||
		    once.len != wanted || memcmp(once.bytes, expected, wanted) != 0)
		{
			if (wrong++ < 10)
				printf("# U+%04X\n", c);
		}
		/* alone */
		(void) textfold_fold(fold, &hiding, text + 1, n - 3, &once);
		if (textfold_fold(fold, &hiding, once.bytes, once.len, &twice) !=
		        TEXTFOLD_OK ||
		    once.len != twice.len ||
		    memcmp(once.bytes, twice.bytes, once.len) != 0)
		{
			if (unstable++ < 10)
				printf("# U+%04X\n", c);
		}
	}
	textfold_free(&once);
	textfold_free(&twice);
	ok(wrong == 0, "every code point is folded as in the model");
	ok(unstable == 0, "and what it is folded to stays");
	ok(refused == 2048, "surrogates are refused");
}

/* A code point of a kind that has something to do with others */
static UChar32
random_point(uint64_t *seed)
{
	static const UChar32 lively[] = {
	    ' ',    ' ',    '!',    '=',    '*',    0xD7,    '(',      ')',
	    '+',    '-',    'x',    '1',    '3',    '8',     '0',      '6',
	    0x301,  0x338,  0x323,  0x307,  0x345,  0x344,   0xE1,     0x1EA1,
	    0x1E9B, 0x1100, 0x1161, 0x11A8, 0xAC00, 0x200B,  0x34F,    0x1,
	    0xFF01, 0x3000, 0x9AEE, 0x5F8C, 0x53F0, 0x300C,  0xFF76,   0xFF9E,
	    0x3099, 0x304B, 0x9C7,  0x9BE,  0x9D7,  0x1F600, 0xFDFA,   0xBD,
	    0xA8,   0x37A,  0x3A3,  0x130,  0xDF,   0x1D15E, 0x11099,  0x110BA,
	    0x2121, 0x2116, 0x2028, 0xFE0F, 0x20E3, 0xFFFD,  0x10FFFF, 0xE000};
	uint64_t r = next_random(seed);

	switch (r % 8)
	{
		case 0:
			return (UChar32) ('0' + (r >> 8) % 10);
		case 1:
			return 0x4E00 + (UChar32) ((r >> 8) % 0x5200);
		case 2:
			return (UChar32) ((r >> 8) % 0xD800);
		case 3:
			return 0x10000 + (UChar32) ((r >> 8) % 0x20000);
		default:
			return lively[(r >> 8) % (sizeof(lively) / sizeof(*lively))];
	}
}

static void
test_random(void)
{
	TextfoldOptions options = {.bare_numbers = true, .origins = true};
	TextfoldText once;
	TextfoldText twice;
	uint64_t seed = 70;
	int wrong = 0;
	int unstable = 0;
	int astray = 0;

	textfold_begin(&once, &memory);
	textfold_begin(&twice, &memory);
	for (int round = 0; round < 100000; round++)
	{
		UChar32 points[29]; /* too few marks for any to be dropped */
		static char text[200];
		static char expected[8192];
		int count = (int) (next_random(&seed) % 30);
		TextfoldOptions any = {.bare_numbers = (round & 1) != 0,
		                       .digits_as_one = (round & 2) != 0,
		                       .origins = (round & 4) != 0};
		size_t n = 0;
		size_t wanted;

		for (int i = 0; i < count; i++)
		{
			points[i] = random_point(&seed);
			n += put_utf8(text + n, points[i]);
		}
		wanted = model(points, count, expected);
		if (fold_exactly(&options, text, n, &once) != TEXTFOLD_OK ||
		    once.len != wanted || memcmp(once.bytes, expected, wanted) != 0)
			wrong++;
		for (size_t i = 0; i < once.len; i++)
			astray += once.origins[i] > once.origins[i + 1] ||
			          once.origins[i] >= n ||
			          ((unsigned char) text[once.origins[i]] & 0xC0) == 0x80;
		astray += once.origins[once.len] != n;

		/* with any options */
		(void) fold_exactly(&any, text, n, &once);
		if (fold_exactly(&any, once.bytes, once.len, &twice) != TEXTFOLD_OK ||
		    twice.len != once.len ||
		    memcmp(twice.bytes, once.bytes, once.len) != 0)
			unstable++;
	}
	textfold_free(&once);
	textfold_free(&twice);
	ok(wrong == 0, "100000 random texts are folded as in the model");
	ok(astray == 0,
	   "their bytes come from beginnings of characters, in order");
	ok(unstable == 0, "and folding again changes nothing, by any options");
}

static void
test_origins(void)
{
	const char *source = "　臺AA\xCC\x81…！！㎡：13800138000 。";
	const char *folded = "台aá.!m2:" PHONE " 。";
	static const uint32_t expected[] = {3,  3,  3,  6,  7,  7,  10, 13, 19, 19,
	                                    22, 25, 25, 25, 36, 37, 37, 37, 40};
	TextfoldOptions options = {.origins = true};
	TextfoldText out;
	size_t from;
	size_t to;

	textfold_begin(&out, &memory);
	ok(fold_exactly(&options, source, strlen(source), &out) == TEXTFOLD_OK &&
	       out.len == strlen(folded) &&
	       memcmp(out.bytes, folded, out.len) == 0 &&
	       out.len + 1 == sizeof(expected) / sizeof(*expected) &&
	       memcmp(out.origins, expected, sizeof(expected)) == 0,
	   "every byte knows where it comes from");
	textfold_source(&out, 0, 3, &from, &to);
	ok(from == 3 && to == 6, "a character");
	textfold_source(&out, 7, 8, &from, &to);
	ok(from == 13 && to == 19, "a mark that was repeated: all of them");
	textfold_source(&out, 8, 9, &from, &to);
	ok(from == 19 && to == 22, "a part of what one became: that one");
	textfold_source(&out, 11, 14, &from, &to);
	ok(from == 25 && to == 36, "a number");
	textfold_source(&out, 0, out.len, &from, &to);
	ok(from == 3 && to == 40, "all");
	textfold_free(&out);
}

/* ---------------------------------------------------------------------
 * hostile texts
 * ---------------------------------------------------------------------
 */

#define LARGE (10 * 1024 * 1024)

/* Ten megabytes of one piece; what becomes of the first and the last bytes */
static void
large(const char *piece, const char *name, size_t least, size_t most)
{
	TextfoldOptions options = {.origins = true};
	char *text = malloc(LARGE);
	size_t n = strlen(piece);
	size_t len = 0;
	TextfoldText once;
	TextfoldText twice;
	clock_t start = clock();
	double seconds;
	bool good;

	while (len + n <= LARGE)
	{
		memcpy(text + len, piece, n);
		len += n;
	}
	textfold_begin(&once, &memory);
	textfold_begin(&twice, &memory);
	polls = 0;
	good = textfold_fold(fold, &options, text, len, &once) == TEXTFOLD_OK &&
	       once.len >= least && once.len <= most && polls >= 300;
	seconds = (double) (clock() - start) / CLOCKS_PER_SEC;
	if (!good)
		printf("# %zu bytes, %ld polls\n", once.len, polls);
	if (once.len <= LARGE)
		good = textfold_fold(fold, &options, once.bytes, once.len, &twice) ==
		           TEXTFOLD_OK &&
		       twice.len == once.len &&
		       memcmp(once.bytes, twice.bytes, once.len) == 0 && good;
	/* not of a bound, but for whoever reads it */
	printf("# %.2f s\n", seconds);
	ok(good, "10 MB of %s", name);
	textfold_free(&once);
	textfold_free(&twice);
	free(text);
}

static void
test_hostile(void)
{
	static const char *const broken[] = {"\x80",
	                                     "a\xC3",
	                                     "\xC0\x80",
	                                     "\xE4\xB8",
	                                     "\xE0\x80\x80",
	                                     "\xED\xA0\x80",
	                                     "\xF0\x80\x80\x80",
	                                     "\xF4\x90\x80\x80",
	                                     "\xFF",
	                                     "一\xF0\x9F\x98",
	                                     "\xC3("};
	TextfoldOptions options = {0};
	TextfoldText out;
	int wrong = 0;

	textfold_begin(&out, &memory);
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		wrong += fold_exactly(&options, broken[i], strlen(broken[i]), &out) !=
		         TEXTFOLD_ENCODING;
	ok(wrong == 0, "bytes that are not UTF-8 are refused");
	ok(fold_exactly(&options, "一", 3, &out) == TEXTFOLD_OK && out.len == 3,
	   "and the next text is folded");
	options.most = 3;
	ok(fold_exactly(&options, "一", 3, &out) == TEXTFOLD_OK,
	   "just enough room");
	ok(fold_exactly(&options, "一a", 4, &out) == TEXTFOLD_TOO_LONG,
	   "a byte too many");
	textfold_free(&out);

	large("垃圾", "plain Chinese", LARGE - 6, LARGE);
	large("a", "one letter", LARGE, LARGE);
	large("\xCC\x81", "lone marks", 60, 60);
	large("\xCC\x81\xCC\xA3\xCD\x9C\xCC\x9B", "marks of falling classes", 60,
	      60);
	large("e\xCC\x81\xCC\xA3", "composed letters", LARGE / 2, LARGE);
	large("\xE1\x85\xA1", "vowels of Hangul", LARGE - 3, LARGE);
	large("\xE2\x80\x8B", "zero-width spaces", 0, 0);
	large(" ", "spaces", 0, 0);
	large("！", "exclamation marks", 1, 1);
	large("！？", "punctuation", LARGE / 3 - 1, LARGE / 3);
	large("😀👍🏽", "emoji", LARGE - 12, LARGE);
	large("שלום ", "right to left", LARGE - 10, LARGE);
	large("ﷺ", "what grows elevenfold", LARGE / 3 * 33 - 33, LARGE / 3 * 33);
	large("1", "one digit", LARGE, LARGE);
	large("1 ", "digits and spaces", LARGE - 1, LARGE);
	large("13800138000,", "telephone numbers", LARGE / 3 - 3, LARGE / 3 + 3);
	large("138-", "beginnings of them", LARGE - 4, LARGE);
	large("0731-", "area codes", LARGE / 5 - 5, LARGE / 5 + 5);
	large("*1", "stars and digits", LARGE, LARGE);
	large("1xxx", "digits and letters", LARGE - 4, LARGE);
	large("\xF4\x8F\xBF\xBF", "no characters", LARGE - 4, LARGE);
}

/* Memory runs out at each allocation in turn. */
static void
test_memory(void)
{
	/* of many pages, and longer than what it grows from */
	const char *piece = "Ab垃圾ﷺ臺한e\xCC\x81😀１３８００１３８０００ß";
	size_t n = strlen(piece);
	char text[4096];
	size_t len = 0;
	int refused = 0;
	bool done = false;

	while (len + n <= sizeof(text))
	{
		memcpy(text + len, piece, n);
		len += n;
	}
	for (long allowed = 0; !done && allowed < 1000; allowed++)
	{
		TextfoldOptions options = {.origins = true};
		Textfold *f;
		TextfoldText out;
		TextfoldStatus status;

		allocations_left = allowed;
		status = textfold_open(&memory, &f);
		if (status == TEXTFOLD_OK)
		{
			textfold_begin(&out, &memory);
			status = textfold_fold(f, &options, text, len, &out);
			if (status == TEXTFOLD_NO_MEMORY)
			{
				/* nothing is broken */
				allocations_left = -1;
				if (textfold_fold(f, &options, text, len, &out) != TEXTFOLD_OK)
					status = TEXTFOLD_NO_DATA;
			}
			textfold_free(&out);
			textfold_close(f);
		}
		done = status == TEXTFOLD_OK;
		if (!done && status != TEXTFOLD_NO_MEMORY)
			break;
		refused += !done;
	}
	allocations_left = -1;
	ok(done && refused > 10, "memory runs out at %d places", refused);
}

static void
test_version(void)
{
	char version[TEXTFOLD_VERSION_SIZE];

	textfold_version(version);
	ok(strncmp(version, "fold 1, ICU " U_ICU_VERSION ", Unicode ",
	           strlen("fold 1, ICU " U_ICU_VERSION ", Unicode ")) == 0,
	   "version: %s", version);
}

int
main(void)
{
	UErrorCode error = U_ZERO_ERROR;

	nfkc_casefold = unorm2_getNFKCCasefoldInstance(&error);
	ok(textfold_open(&memory, &fold) == TEXTFOLD_OK && U_SUCCESS(error),
	   "opened");
	ok(allocations == 1, "with one allocation");
	test_examples();
	test_options();
	test_simplified();
	test_code_points();
	test_random();
	test_origins();
	test_hostile();
	test_memory();
	test_version();
	textfold_close(fold);
	return done_testing();
}
