/* What the program generated from tests/vectors/utilities.json (tests/c_programs/utilities_vectors.rs) shares. */
#ifndef HWMQTT_UTIL_VECTORS_H
#define HWMQTT_UTIL_VECTORS_H

#include <math.h>
#include <regex.h>
#include <stdbool.h>
#include <stdarg.h>
#include <sys/time.h>

#include "hmac_sha256.h"
#include "json_util.h"
#include "log_util.h"
#include "securec.h"
#include "string_util.h"
#include "util_check.h"

char *GetClientTimesStampWithSec(void);

static const char *g_case = "";

#define CASE_OK(condition) CaseOk((condition) ? 1 : 0, #condition)

static void CaseOk(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s: ", g_case);
    }
    Note(ok, __FILE__, __LINE__, what);
}

static void CaseText(const void *actual, const void *expected)
{
    int same = (actual == NULL || expected == NULL) ? actual == expected : strcmp(actual, expected) == 0;

    if (!same) {
        fprintf(stderr, "%s: \"%s\", expected \"%s\"\n", g_case, actual ? (const char *)actual : "NULL",
                expected ? (const char *)expected : "NULL");
    }
    Note(same, __FILE__, __LINE__, "text");
}

static void CaseNumber(double actual, double expected)
{
    if (actual != expected) {
        fprintf(stderr, "%s: %.17g, expected %.17g\n", g_case, actual, expected);
    }
    Note(actual == expected, __FILE__, __LINE__, "number");
}

/* A new block of size bytes, 0xAA but for what it begins with. */
static void *Buffer(size_t size, const void *init, size_t initSize)
{
    unsigned char *buffer = malloc(size == 0 ? 1 : size);

    memset(buffer, 0xAA, size);
    memcpy(buffer, init, initSize);
    return buffer;
}

static void *Copy(const void *bytes, size_t size, size_t spare)
{
    unsigned char *copy = calloc(1, size + spare);

    memcpy(copy, bytes, size);
    return copy;
}

static void Input(const void *bytes, size_t size)
{
    FILE *file = fopen("stdin.txt", "wb");

    fwrite(bytes, 1, size, file);
    fclose(file);
    CASE_OK(freopen("stdin.txt", "rb", stdin) != NULL);
}

static void Match(char *text, const char *pattern)
{
    regex_t regex;

    CASE_OK(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0);
    CASE_OK(text != NULL && regexec(&regex, text, 0, NULL, 0) == 0);
    regfree(&regex);
    free(text);
}

static int g_calls;
static int g_level;
static char g_format[512];
static char g_text[512];

static const char *WithoutTime(char *line)
{
    static char cut[600];

    if (line[0] >= '0' && line[0] <= '9') {
        snprintf(cut, sizeof(cut), "<TIME>%s", line + LOCAL_TIME_WITH_MS_LENGTH);
        return cut;
    }
    return line;
}

static void Capture(int level, char *format, va_list args)
{
    g_calls++;
    g_level = level;
    snprintf(g_format, sizeof(g_format), "%s", format);
    vsnprintf(g_text, sizeof(g_text), format, args);
}

#define WRAPPER(name, last, parameters, call) \
    static int With_##name parameters \
    { \
        va_list args; \
        int result; \
        va_start(args, last); \
        result = name call; \
        va_end(args); \
        return result; \
    }

WRAPPER(vsprintf_s, format, (char *dest, size_t size, const char *format, ...), (dest, size, format, args))
WRAPPER(vsnprintf_s, format, (char *dest, size_t size, size_t count, const char *format, ...),
        (dest, size, count, format, args))
WRAPPER(vsnprintf_truncated_s, format, (char *dest, size_t size, const char *format, ...), (dest, size, format, args))
WRAPPER(vsscanf_s, format, (const char *buffer, const char *format, ...), (buffer, format, args))

#endif
