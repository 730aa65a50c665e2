/*
 * Checks for the programs util_*.c: each stands alone, needs no platform, and prints "N passed, 0 failed" at its end.
 */
#ifndef HWMQTT_UTIL_CHECK_H
#define HWMQTT_UTIL_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int g_passed;
static int g_failed;

static void Note(int ok, const char *file, int line, const char *what)
{
    if (ok) {
        g_passed++;
        return;
    }
    g_failed++;
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
}

#define OK(condition) Note((condition) ? 1 : 0, __FILE__, __LINE__, #condition)

static inline void NoteNumber(long long actual, long long expected, const char *file, int line, const char *what)
{
    char text[300];

    snprintf(text, sizeof(text), "%.200s is %lld, expected %lld", what, actual, expected);
    Note(actual == expected, file, line, text);
}

#define NUMBER(actual, expected) NoteNumber((long long)(actual), (long long)(expected), __FILE__, __LINE__, #actual)

static inline void NoteText(const char *actual, const char *expected, const char *file, int line, const char *what)
{
    char text[900];
    int same = (actual == NULL || expected == NULL) ? actual == expected : strcmp(actual, expected) == 0;

    snprintf(text, sizeof(text), "%.200s is \"%.300s\", expected \"%.300s\"", what, actual ? actual : "NULL",
             expected ? expected : "NULL");
    Note(same, file, line, text);
}

#define TEXT(actual, expected) NoteText((actual), (expected), __FILE__, __LINE__, #actual)

/* The same, of a text that is then freed. */
#define OWNED(actual, expected) \
    do { \
        char *ownedText = (char *)(actual); \
        NoteText(ownedText, (expected), __FILE__, __LINE__, #actual); \
        free(ownedText); \
    } while (0)

static inline int Finish(void)
{
    printf("%d passed, %d failed\n", g_passed, g_failed);
    return g_failed == 0 ? 0 : 1;
}

#endif
