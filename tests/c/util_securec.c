/* third_party/libboundscheck/securec.h: the constraint table, and the formatted functions against the C library's. */
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>
#include <wchar.h>

#include "securec.h"
#include "util_check.h"

static char g_a[16];

static char *Fill(const char *text)
{
    memset(g_a, 'x', sizeof(g_a));
    memcpy(g_a, text, strlen(text) + 1);
    return g_a;
}

static void Areas(void)
{
    unsigned short number = 0;

    TEXT(GetHwSecureCVersion(&number), "V100R001C01SPC011B003");
    NUMBER(number, 0x50b);
    OK(GetHwSecureCVersion(NULL) != NULL);

    Fill("abcdefgh");
    NUMBER(memset_s(g_a, 8, 'z', 9), ERANGE_AND_RESET);
    TEXT(g_a, "zzzzzzzz");
    NUMBER(memset_s(g_a, 0, 0, 0), EOK);
    NUMBER(memset_s(g_a, 0, 0, 1), ERANGE);
    NUMBER(memset_s(NULL, 8, 0, 1), EINVAL);
    NUMBER(memset_s(g_a, (size_t)0x80000000u, 0, 1), ERANGE);
    NUMBER(memset_sOptAsm(g_a, 8, 'a', 3), EOK);
    NUMBER(memset_sOptTc(g_a, 8, 'b', 1), EOK);
    TEXT(g_a, "baazzzzz");

    NUMBER(memcpy_s(Fill("abcdef"), 6, g_a + 3, 3), EOK);
    TEXT(g_a, "defdef");
    NUMBER(memcpy_s(Fill("abcdef"), 6, g_a + 2, 3), EOVERLAP_AND_RESET);
    OK(memcmp(g_a, "\0\0\0\0\0\0\0", 7) == 0);
    NUMBER(memmove_s(Fill("abcdef"), 6, g_a + 2, 4), EOK);
    TEXT(g_a, "cdefef");
    NUMBER(memcpy_s(Fill("abcdef"), 3, "123456", 4), ERANGE_AND_RESET);
    OK(memcmp(g_a, "\0\0\0def", 6) == 0);
    NUMBER(memcpy_s(g_a, 6, NULL, 0), EINVAL_AND_RESET);
    NUMBER(memcpy_s(NULL, 6, "x", 1), EINVAL);
    NUMBER(memcpy_s(g_a, 0, "x", 0), ERANGE);
    NUMBER(memcpy_sOptAsm(Fill("abc"), 6, "z", 1), EOK);
    NUMBER(memcpy_sOptTc(g_a + 1, 5, "y", 1), EOK);
    TEXT(g_a, "zyc");
}

static void Strings(void)
{
    char unterminated[4] = {'a', 'b', 'c', 'd'};
    char *context = NULL;
    char list[] = ",a,,bc;";

    NUMBER(strcpy_s(g_a, 4, "abc"), EOK);
    TEXT(g_a, "abc");
    NUMBER(strcpy_s(g_a, 3, "abc"), ERANGE_AND_RESET);
    TEXT(g_a, "");
    NUMBER(strcpy_s(Fill("abc"), 8, g_a), EOK);
    NUMBER(strcpy_s(Fill("abcdef"), 8, g_a + 6), EOK);
    TEXT(g_a, "");
    NUMBER(strcpy_s(Fill("abcdef"), 8, g_a + 3), EOVERLAP_AND_RESET);
    NUMBER(strcpy_s(Fill("abcdef") + 3, 8, g_a), EOVERLAP_AND_RESET);
    NUMBER(strcpy_s(g_a, 8, NULL), EINVAL_AND_RESET);
    NUMBER(strncpy_s(Fill("abcdef"), 4, "xyz123", 3), EOK);
    TEXT(g_a, "xyz");
    NUMBER(strncpy_s(g_a, 4, unterminated, 4), ERANGE_AND_RESET);
    NUMBER(strncpy_s(g_a, 5, unterminated, 4), EOK);
    TEXT(g_a, "abcd");
    NUMBER(strncpy_s(g_a, 5, "x", (size_t)-1), ERANGE_AND_RESET);
    NUMBER(strncpy_s(Fill("abcdef"), 8, g_a, 2), EOK);
    TEXT(g_a, "ab");
    NUMBER(strncpy_s(g_a, 8, NULL, 0), EINVAL_AND_RESET);

    NUMBER(strcat_s(Fill("ab"), 5, "cd"), EOK);
    TEXT(g_a, "abcd");
    NUMBER(strcat_s(g_a, 5, ""), EOK);
    NUMBER(strcat_s(g_a, 5, "e"), ERANGE_AND_RESET);
    NUMBER(strcat_s(unterminated, 4, ""), EINVAL_AND_RESET);
    NUMBER(strcat_s(Fill("ab"), 16, g_a), ERANGE_AND_RESET);
    NUMBER(strcat_s(Fill("abc"), 16, g_a + 1), EOVERLAP_AND_RESET);
    NUMBER(strcat_s(Fill("abc") + 2, 14, g_a), EOVERLAP_AND_RESET);
    NUMBER(strncat_s(Fill("ab"), 5, "cdef", 2), EOK);
    TEXT(g_a, "abcd");
    NUMBER(strncat_s(g_a, 5, "e", 0), EOK);
    NUMBER(strncat_s(g_a, 5, "e", 1), ERANGE_AND_RESET);

    NUMBER(strcpy_error(Fill("ab"), 8, "abc"), EOK);
    TEXT(g_a, "ab");
    NUMBER(strcpy_error(g_a, 2, "abc"), ERANGE_AND_RESET);
    TEXT(g_a, "");
    NUMBER(strncpy_error(g_a, 8, NULL, 1), EINVAL_AND_RESET);
    NUMBER(strcpy_sp(g_a, sizeof(g_a), "sp"), EOK);
    NUMBER(memset_sp(g_a, sizeof(g_a), 0, 1), EOK);

    TEXT(strtok_s(list, ",;", &context), "a");
    TEXT(strtok_s(NULL, ",", &context), "bc;");
    OK(strtok_s(NULL, ",", &context) == NULL && strtok_s(NULL, ",", &context) == NULL);
    OK(strtok_s(list, NULL, &context) == NULL && strtok_s(list, ",", NULL) == NULL);
    context = NULL;
    OK(strtok_s(NULL, ",", &context) == NULL);
    TEXT(strtok_s(Fill("whole"), "", &context), "whole");
}

static int V(char *dest, size_t size, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vsprintf_s(dest, size, format, args);
    va_end(args);
    return result;
}

static int Vn(char *dest, size_t size, size_t count, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vsnprintf_s(dest, size, count, format, args);
    va_end(args);
    return result;
}

static int Vt(char *dest, size_t size, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vsnprintf_truncated_s(dest, size, format, args);
    va_end(args);
    return result;
}

static void Printing(void)
{
    static const char *const invalid[] = {"%n", "%a", "%1$d", "%'d", "%y", "abc%", "%5%", "%-", "%l", "ok %d %"};
    char out[1200];
    char expected[1200];
    size_t i;

    NUMBER(sprintf_s(out, 8, "%s-%d", "ab", 12345), -1);
    TEXT(out, "");
    NUMBER(sprintf_s(out, 9, "%s-%d", "ab", 12345), 8);
    TEXT(out, "ab-12345");
    NUMBER(sprintf_s(out, 0, "x"), -1);
    TEXT(out, "ab-12345");
    NUMBER(sprintf_s(NULL, 8, "x"), -1);
    NUMBER(sprintf_s(out, 8, NULL), -1);
    TEXT(out, "");
    NUMBER(snprintf_s(out, 8, 3, "%s", "hello"), -1);
    TEXT(out, "hel");
    NUMBER(snprintf_s(out, 4, 4, "%s", "hello"), -1);
    TEXT(out, "");
    NUMBER(snprintf_s(out, 8, 0x7fffffff, "x"), -1);
    NUMBER(snprintf_truncated_s(out, 4, "%s", "hello"), 3);
    TEXT(out, "hel");
    NUMBER(snprintf_truncated_s(out, 4, "%d%%%s", 12, "hello"), 3);
    TEXT(out, "12%");
    NUMBER(V(out, 64, "%s %d %.1f", "v", 7, 0.5), 7);
    NUMBER(Vn(out, 64, 3, "%d", 12345), -1);
    TEXT(out, "123");
    NUMBER(Vt(out, 3, "%d", 12345), 2);
    TEXT(out, "12");
    for (i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
        strcpy(out, "kept");
        NUMBER(sprintf_s(out, 64, invalid[i], 1, 2), -1);
        TEXT(out, "");
    }
    NUMBER(sprintf_s(out, 64, "%s|%.2s|%8s|%-8s|%p|%8p", NULL, NULL, NULL, NULL, NULL, NULL), 6 + 2 + 8 + 8 + 5 + 8 + 5);
    TEXT(out, "(null)|(n|  (null)|(null)  |(nil)|   (nil)");
    NUMBER(sprintf_s(out, sizeof(out), "%.600d", 5), 512);
    NUMBER(sprintf_s(out, 64, "%I64d %I32d %Id %Zu %wd", 5000000000LL, 6, (ptrdiff_t)7, (size_t)8, 9), 18);
    TEXT(out, "5000000000 6 7 8 9");
    NUMBER(sprintf_s(out, 64, "%S|%ls|%C%lc", L"wide", L"too", L'x', (wint_t)L'y'), 11);
    TEXT(out, "wide|too|xy");
    NUMBER(sprintf_s(out, 64, "%c%c", 'a', 0), 2);
    OK(out[0] == 'a' && out[1] == 0 && out[2] == 0);
    NUMBER(sprintf_s(out, 64, "%*d|%-*d|%.*f|%.*d", -5, 42, 5, 42, 1, 2.25, -1, 3), 17);
    snprintf(expected, sizeof(expected), "%*d|%-*d|%.*f|%.*d", -5, 42, 5, 42, 1, 2.25, -1, 3);
    TEXT(out, expected);
    NUMBER(sprintf_s(out, 200, "%d %d %d %d %d %d %d %s %f %Lf %f", 1, 2, 3, 4, 5, 6, 7, "x", 1.5, (long double)2.5, 3.5), 42);
    snprintf(expected, sizeof(expected), "%d %d %d %d %d %d %d %s %f %Lf %f", 1, 2, 3, 4, 5, 6, 7, "x", 1.5, (long double)2.5, 3.5);
    TEXT(out, expected);
}

/* Every flag, width, precision, size and conversion, against the C library. */
static void Differential(void)
{
    static const char *const flags[] = {"", "-", "+", " ", "#", "0", "-+", "0+", "#0", "+ #0-"};
    static const char *const widths[] = {"", "1", "9", "30"};
    static const char *const precisions[] = {"", ".", ".0", ".3", ".15"};
    static const char *const sizes[] = {"", "hh", "h", "l", "ll", "j", "z", "t"};
    static const char conversions[] = "diouxXeEfFgGscp";
    size_t f;
    size_t w;
    size_t p;
    size_t s;
    const char *c;
    long wrong = 0;
    long all = 0;

    for (f = 0; f < sizeof(flags) / sizeof(flags[0]); f++)
    for (w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
    for (p = 0; p < sizeof(precisions) / sizeof(precisions[0]); p++)
    for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
    for (c = conversions; *c != '\0'; c++) {
        char format[64];
        char own[512];
        char theirs[512];
        int n;
        int m;

        if ((strchr("eEfFgGscp", *c) != NULL && *sizes[s] != '\0') || (*c == 'p' && *precisions[p] != '\0')) {
            continue;
        }
        snprintf(format, sizeof(format), "<%%%s%s%s%s%c>", flags[f], widths[w], precisions[p], sizes[s], *c);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        if (strchr("eEfFgG", *c) != NULL) {
            n = sprintf_s(own, sizeof(own), format, -1234.56789);
            m = snprintf(theirs, sizeof(theirs), format, -1234.56789);
        } else if (*c == 's' || *c == 'p') {
            n = sprintf_s(own, sizeof(own), format, "some text");
            m = snprintf(theirs, sizeof(theirs), format, "some text");
        } else if (*sizes[s] == 'l' || *sizes[s] == 'j' || *sizes[s] == 'z' || *sizes[s] == 't') {
            n = sprintf_s(own, sizeof(own), format, -1234567L);
            m = snprintf(theirs, sizeof(theirs), format, -1234567L);
        } else {
            n = sprintf_s(own, sizeof(own), format, 321);
            m = snprintf(theirs, sizeof(theirs), format, 321);
        }
#pragma GCC diagnostic pop
        all++;
        if (n != m || strcmp(own, theirs) != 0) {
            wrong++;
            fprintf(stderr, "%s: \"%s\", expected \"%s\"\n", format, own, theirs);
        }
    }
    NUMBER(wrong, 0);
    OK(all > 10000);
}

static int Vss(const char *buffer, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vsscanf_s(buffer, format, args);
    va_end(args);
    return result;
}

static void Scanning(void)
{
    char text[8];
    char other[8];
    wchar_t wide[8];
    int a = 85;
    int b = 85;
    signed char tiny = 0;
    short small = 0;
    long large = 0;
    unsigned long long huge = 0;
    float f = 0;
    double d = 0;
    long double l = 0;
    void *p = NULL;

    NUMBER(Vss("12 ab 3", "%d %s %d", &a, text, 8, &b), 3);
    OK(a == 12 && b == 3);
    TEXT(text, "ab");
    NUMBER(sscanf_s("abcd", "%3c%n", text, sizeof(text), &a), 1);
    OK(memcmp(text, "abc", 3) == 0 && a == 3);
    NUMBER(sscanf_s("ab", "%5c", text, 8), 1);
    NUMBER(sscanf_s("abcde", "%5c", Fill("full"), 4), 0);
    TEXT(g_a, "");
    NUMBER(sscanf_s("abc", "%s", Fill("full"), 1), 0);
    TEXT(g_a, "");
    NUMBER(sscanf_s("abc", "%s", Fill("full"), 0), 0);
    TEXT(g_a, "full");
    NUMBER(sscanf_s("12 abcdefgh", "%d %s", &a, Fill("full"), 8), 1);
    TEXT(g_a, "");
    NUMBER(sscanf_s("   ", "%s", Fill("full"), 8), -1);
    TEXT(g_a, "full");
    NUMBER(sscanf_s("", "%d%s", &a, Fill("full"), 8), -1);
    TEXT(g_a, "");
    NUMBER(sscanf_s("x", "%d", NULL), -1);
    NUMBER(sscanf_s("12", "%d%", &a), -1);
    NUMBER(sscanf_s("12", "%0d", &a), 0);
    NUMBER(sscanf_s("12 %13", "%d %%%d", &a, &b), 2);
    NUMBER(b, 13);
    NUMBER(sscanf_s("]a-b,", "%[]ab-],%c", text, 8, other, 8), 1);
    TEXT(text, "]a-b");
    NUMBER(sscanf_s("abc", "%[abc", Fill("full"), 8), 0);
    TEXT(g_a, "");
    NUMBER(sscanf_s("abc", "%[0-9]", text, 8), 0);
    NUMBER(sscanf_s("key=value", "%*[^=]=%s", text, 8), 1);
    TEXT(text, "value");
    NUMBER(sscanf_s("300 70000 5000000000 99999999999 -1", "%hhd %hd %ld %d %llu", &tiny, &small, &large, &a, &huge), 5);
    OK(tiny == 44 && small == 4464 && large == 5000000000L && a == 1215752191 && huge == ULLONG_MAX);
    NUMBER(sscanf_s("99999999999999999999 -99999999999999999999", "%d %ld", &a, &large), 2);
    OK(a == -1 && large == LONG_MIN);
    NUMBER(sscanf_s("0x1f 017 1f 17 0x10", "%i %i %x %o %p", &a, &b, (unsigned *)&huge,
                    (unsigned *)&large, &p), 5);
    OK(a == 31 && b == 15 && (unsigned)huge == 0x1f && (unsigned)large == 15 && p == (void *)0x10);
    NUMBER(sscanf_s("12345", "%2d%3d", &a, &b), 2);
    OK(a == 12 && b == 345);
    if (localeconv()->decimal_point[0] == ',') {
        NUMBER(sscanf_s("1,5 -2,5e2 ,25", "%f %lf %Lf", &f, &d, &l), 3);
    } else {
        NUMBER(sscanf_s("1.5 -2.5e2 .25", "%f %lf %Lf", &f, &d, &l), 3);
    }
    OK(f == 1.5f && d == -250.0 && l == 0.25L);
    NUMBER(sscanf_s("inf", "%f", &f), 0);
    NUMBER(sscanf_s("nan", "%lf", &d), 0);
    NUMBER(sscanf_s("wide", "%ls", wide, 8), 1);
    OK(wcscmp(wide, L"wide") == 0);
}

static FILE *File(const char *content, size_t size)
{
    FILE *written = tmpfile();
    FILE *file = fdopen(dup(fileno(written)), "r"); /* neither narrow nor wide yet */

    fwrite(content, 1, size, written);
    fclose(written);
    rewind(file);
    return file;
}

static void Streams(void)
{
    FILE *file = File("\xef\xbb\xbf" "12 word rest", 15);
    char text[8];
    char line[16];
    wchar_t wide[8];
    int a = 0;

    NUMBER(fscanf_s(file, "%d%s", &a, text, 8), 2);
    NUMBER(a, 12);
    TEXT(text, "word");
    NUMBER(fgetc(file), ' ');
    NUMBER(fscanf_s(file, "%s", text, 3), 0);
    TEXT(text, "");
    NUMBER(fgetc(file), 't');
    NUMBER(fscanf_s(file, "%s", text, 8), -1);
    NUMBER(fscanf_s(NULL, "%d", &a), -1);
    fclose(file);
    file = File("\xef\xbb" "x", 3);
    NUMBER(fscanf_s(file, "%s", text, 8), 1);
    TEXT(text, "\xef\xbbx");
    fclose(file);
    file = File("7 wide", 6);
    NUMBER(fwscanf_s(file, L"%d %ls", &a, wide, 8), 2);
    OK(a == 7 && wcscmp(wide, L"wide") == 0);
    fclose(file);

    file = File("first\r\n\nlonger than that\nscan 5 x", 33);
    dup2(fileno(file), 0);
    OK(gets_s(NULL, 5) == NULL && gets_s(line, 0) == NULL);
    TEXT(gets_s(line, sizeof(line)), "first");
    TEXT(gets_s(line, sizeof(line)), "");
    TEXT(gets_s(line, 8), "longer ");
    TEXT(gets_s(line, sizeof(line)), "than that");
    NUMBER(scanf_s("%s %d", text, 8, &a), 2);
    TEXT(text, "scan");
    NUMBER(getchar(), ' ');
    TEXT(gets_s(line, sizeof(line)), "x");
    OK(gets_s(line, sizeof(line)) == NULL);
    NUMBER(scanf_s("%d", &a), -1);
    fclose(file);
}

static void Wide(void)
{
    wchar_t out[16];
    wchar_t word[8];
    wchar_t list[] = L"a,b";
    wchar_t *context = NULL;
    char narrow[8];
    int a = 0;

    NUMBER(wcscpy_s(out, 4, L"abc"), EOK);
    NUMBER(wcscpy_s(out, 3, L"abc"), ERANGE_AND_RESET);
    OK(out[0] == 0 && out[1] == L'b');
    NUMBER(wcscpy_s(out, 0x20000000, L"abc"), ERANGE);
    NUMBER(wcsncpy_s(out, 16, L"abcdef", 3), EOK);
    NUMBER(wcscat_s(out, 16, L"de"), EOK);
    NUMBER(wcsncat_s(out, 16, L"fgh", 1), EOK);
    OK(wcscmp(out, L"abcdef") == 0);
    NUMBER(wcscat_s(out, 16, out + 2), EOVERLAP_AND_RESET);
    NUMBER(wmemcpy_s(out, 4, L"abcd", 4), EOK);
    NUMBER(wmemcpy_s(out, 4, out + 1, 3), EOVERLAP_AND_RESET);
    NUMBER(wmemmove_s(out, 4, L"abcde", 5), ERANGE_AND_RESET);
    NUMBER(wmemcpy_s(NULL, 4, L"abcde", 5), ERANGE);
    NUMBER(wmemmove_s(NULL, 4, L"abcde", 4), EINVAL);
    OK(wcscmp(wcstok_s(list, L",", &context), L"a") == 0 && wcscmp(wcstok_s(NULL, L",", &context), L"b") == 0);
    NUMBER(swprintf_s(out, 16, L"%s-%ls-%d-%c", "ab", L"cd", 7, 'x'), 9);
    OK(wcscmp(out, L"ab-cd-7-x") == 0);
    NUMBER(swprintf_s(out, 16, L"%s|%p", NULL, NULL), 12);
    OK(wcscmp(out, L"(null)|(nil)") == 0);
    NUMBER(swprintf_s(out, 4, L"%d", 12345), -1);
    OK(out[0] == 0);
    NUMBER(swprintf_s(out, 4, L"abcd"), -1);
    NUMBER(swprintf_s(out, 4, L"%y"), -1);
    NUMBER(swscanf_s(L"5 ab cd", L"%d %s %ls", &a, narrow, 8, word, 8), 3);
    TEXT(narrow, "ab");
    OK(a == 5 && wcscmp(word, L"cd") == 0);
    NUMBER(swscanf_s(L"abcdefgh", L"%ls", word, 8), 0);
    OK(word[0] == 0);
    NUMBER(swscanf_s(NULL, L"%d", &a), -1);
}

int main(void)
{
    setlocale(LC_ALL, "");
    if (getenv("UTIL_DECIMAL_POINT") != NULL) {
        TEXT(localeconv()->decimal_point, getenv("UTIL_DECIMAL_POINT"));
    }
    Areas();
    Strings();
    Printing();
    Differential();
    Scanning();
    Wide();
    Streams();
    return Finish();
}
