/* Generated from src/util/string_util.rs; do not edit. */
/**
 * String, time and memory helpers. What they return is allocated with `malloc`; release it with
 * `MemFree` or `free`. All may be called from any thread. (docs/spec/helpers.md#strings)
 */
#ifndef STRING_UTIL_H
#define STRING_UTIL_H

#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SUB_STERING_MAX_LENGTH (20)
#define EVENT_TIME_LENGTH (16)
#define CLIENT_TIME_LENGTH (10)
#define LONG_LONG_MAX_LENGTH (20)
#define LOCAL_TIME_LENGTH (19)
#define LOCAL_TIME_WITH_MS_LENGTH (LOCAL_TIME_LENGTH + 4)
#define LOCAL_TIME_COMPACT_LENGTH (14)

struct timeval;

/** Length of `str` in bytes; 0 for NULL. */
int StringLength(const char *str);

/**
 * The first occurrence of `subStr` inside `str` (a pointer into it, no copy), case-sensitive; `str`
 * for an empty `subStr`; NULL when there is none or an argument is NULL.
 */
char *StrInStr(const char *str, const char *subStr);

/**
 * The decimal number at the start of `value`, like `atoi`: 0 without digits, -1 for NULL; what
 * exceeds 32 bits is cut.
 */
int String2Int(const char *value);

/**
 * `str1` and `strAmount - 1` further `const char *` arguments as one new string; NULL and empty
 * ones are skipped, arguments beyond `strAmount` ignored. With `strAmount` of 1 or less a copy of
 * `str1`. NULL when `str1` is NULL or empty.
 */
char *CombineStrings(int strAmount, const char *str1, ...);

/**
 * Stores a zero-filled block of `length` bytes in `*str`, NULL when memory is short. No effect when
 * `str` is NULL or `length` is not positive.
 */
void StringMalloc(char **str, int length);

/**
 * Stores a zero-filled block of `length + 1` bytes with at most `length` bytes of `src` in `*dst`;
 * the old value of `*dst` is not freed. `src` needs no terminator within `length`.
 *
 * Returns 0; -1 with `*dst` = NULL when `src` is NULL, `length` is INT_MAX or memory is short. 0
 * without any effect when `dst` is NULL or `length` is not positive.
 */
int CopyStrValue(char **dst, const char *src, int length);

/** Now in UTC as `yyyyMMddHH`; NULL when memory is short. */
char *GetClientTimesStamp(void);

/** Now in UTC as `yyyyMMddTHHmmssZ`, the form of `event_time`; NULL when memory is short. */
char *GetEventTimesStamp(void);

/** Now in local time as `yyyyMMddHHmmss`; NULL when memory is short. */
char *GetClientTimesStampWithSec(void);

/**
 * `tv` in local time (`TZ` is read at each call) as `yyyy-MM-dd HH:mm:ss.mmm`; years below 1000 are
 * not padded. NULL for NULL, for `tv_usec` of a second or more, and after the year 9999.
 */
char *Timeval2Str(const struct timeval *tv);

/**
 * `tv` in local time as `yyyyMMddHHmmss`; NULL for NULL and for a time that the C library
 * cannot represent.
 */
char *Timeval2CompactStr(const struct timeval *tv);

/** Now in local time as `yyyy-MM-dd HH:mm:ss.mmm`. */
char *GetLocalTimeWithMs(void);

/** Now in local time with milliseconds, one space, and `str`; NULL counts as empty. */
char *PrependLocalTimeWithMs(const char *str);

/**
 * Index in bytes of the first `substr` in `str`; -1 when there is none, an argument is NULL, `str`
 * is empty, or `substr` has `SUB_STERING_MAX_LENGTH` bytes or more.
 */
int GetSubStrIndex(const char *str, const char *substr);

/** Milliseconds since 1970-01-01 UTC. */
unsigned long long getTime(void);

/** 1 when `str` ends with `suffix` (an empty one too), else 0; 0 for NULL. */
int StrEndWith(const char *str, const char *suffix);

/**
 * The first run of digits from the first `subStr` in `str` on, digits of `subStr` included and
 * signs ignored: -1 when an argument is NULL, `subStr` is not found or the run has more than 20
 * digits; 0 without digits; at most LLONG_MAX.
 */
long long getLLongValueFromStr(const char *str, const char *subStr);

/**
 * Compresses `srcLength` bytes of `src` into `dest` as one gzip member and returns its length;
 * bytes behind it stay. `srcLength + srcLength / 1000 + 64` bytes of room always suffice.
 *
 * -1 when `src` or `dest` is NULL, `srcLength` is not positive, or the member does not fit into
 * `destLength` bytes; what `dest` holds then is undefined.
 */
int gZIPCompress(const char *src, int srcLength, unsigned char *dest, int destLength);

/**
 * Moves the string `oldMemory` into a new block of `resultLen` bytes, frees the old block and
 * returns the new one. Returns `oldMemory` itself, untouched, when it is NULL, when the string and
 * its terminator do not fit into `resultLen` bytes, or when memory is short.
 */
char *ReassignMemory(char *oldMemory, unsigned int resultLen);

/** Frees *ptr and sets it to NULL; ptr is evaluated more than once. */
#define MemFree(ptr) \
    do { \
        if (*(ptr) != NULL) { \
            free(*(ptr)); \
            *(ptr) = NULL; \
        } \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif /* STRING_UTIL_H */
