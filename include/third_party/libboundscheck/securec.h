/* Generated from crates/c-library/src/third_party/libboundscheck/securec.rs; do not edit. */
/**
 * Bounds-checked string, memory and formatted functions, compatible with libboundscheck. Nothing is
 * printed and no handler is called on a violation. The functions with `…` are not checked by the
 * compiler's format warnings. (docs/spec/helpers.md#securec)
 */
#ifndef SECUREC_H
#define SECUREC_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>
#include "securectype.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Success. */
#define EOK 0

#ifndef EINVAL
#define EINVAL 22
#endif
#ifndef ERANGE
#define ERANGE 34
#endif

/** Invalid argument; the destination is now empty. */
#define EINVAL_AND_RESET 150

/** Does not fit; the destination is now empty. */
#define ERANGE_AND_RESET 162

/** Source and destination overlap; the destination is now empty. */
#define EOVERLAP_AND_RESET 182

/**
 * "V100R001C01SPC011B003", the version these functions are compatible with; `*verNumber` becomes
 * 0x50b unless NULL.
 */
const char *GetHwSecureCVersion(unsigned short *verNumber);

/**
 * Sets `count` bytes to `c`. EOK; ERANGE: `destMax` is 0 or too large; EINVAL: `dest` is NULL;
 * ERANGE_AND_RESET: `count` exceeds `destMax`, all `destMax` bytes are `c`. A `destMax` and `count`
 * of 0 are fine.
 */
errno_t memset_s(void *dest, size_t destMax, int c, size_t count);

/** As `memcpy_s`, for areas that may overlap. */
errno_t memmove_s(void *dest, size_t destMax, const void *src, size_t count);

/**
 * Copies `count` bytes. EOK; ERANGE: `destMax` is 0 or too large; EINVAL: `dest` is NULL. With all
 * `destMax` bytes zeroed: EINVAL_AND_RESET: `src` is NULL; ERANGE_AND_RESET: `count` exceeds
 * `destMax`; EOVERLAP_AND_RESET: the areas overlap, other than by being the same.
 */
errno_t memcpy_s(void *dest, size_t destMax, const void *src, size_t count);

/**
 * Copies the string. EOK, also when both are the same; ERANGE: `destMax` is 0 or too large; EINVAL:
 * `strDest` is NULL. With `strDest` empty: EINVAL_AND_RESET: `strSrc` is NULL; ERANGE_AND_RESET: it
 * does not fit with its terminator; EOVERLAP_AND_RESET: the strings overlap.
 */
errno_t strcpy_s(char *strDest, size_t destMax, const char *strSrc);

/**
 * As `strcpy_s`, of at most `count` units, and always terminated; a `count` over the limit is
 * ERANGE_AND_RESET.
 */
errno_t strncpy_s(char *strDest, size_t destMax, const char *strSrc, size_t count);

/**
 * Appends the string. Codes as for `strcpy_s`; EINVAL_AND_RESET also when `strDest` is not
 * terminated within `destMax`, ERANGE_AND_RESET also when both are the same.
 */
errno_t strcat_s(char *strDest, size_t destMax, const char *strSrc);

/**
 * As `strcat_s`, of at most `count` units of `strSrc`; a `count` over the limit is
 * ERANGE_AND_RESET.
 */
errno_t strncat_s(char *strDest, size_t destMax, const char *strSrc, size_t count);

/** As `sprintf_s`, with a `va_list`. */
int vsprintf_s(char *strDest, size_t destMax, const char *format, va_list argList);

/**
 * Prints as `sprintf` does. The length; -1 with `strDest` empty when the text and its terminator do
 * not fit into `destMax`, `format` is NULL or invalid; -1 when `strDest` is NULL or `destMax` is 0
 * or too large. Invalid are `%n`, `%a`, positions, `'`.
 */
int sprintf_s(char *strDest, size_t destMax, const char *format, ...);

/** As `snprintf_s`, with a `va_list`. */
int vsnprintf_s(char *strDest, size_t destMax, size_t count, const char *format, va_list argList);

/**
 * As `sprintf_s`, of at most `count` characters: when `count` is less than `destMax` a longer text
 * stays, cut after `count` characters, and the result is -1.
 */
int snprintf_s(char *strDest, size_t destMax, size_t count, const char *format, ...);

/** As `snprintf_truncated_s`, with a `va_list`. */
int vsnprintf_truncated_s(char *strDest, size_t destMax, const char *format, va_list argList);

/**
 * As `sprintf_s`, but a text that is too long stays, cut, and the result is its length,
 * `destMax - 1`.
 */
int snprintf_truncated_s(char *strDest, size_t destMax, const char *format, ...);

/** As `scanf_s`, with a `va_list`. */
int vscanf_s(const char *format, va_list argList);

/**
 * Reads as `scanf` does, but after the address of each `%s`, `%c` and `%` buffer its size in
 * elements is passed. The number of conversions stored; a text that does not fit its buffer ends
 * the reading and leaves it empty. -1 at the end of the input before the first conversion, for NULL
 * and for an invalid directive.
 */
int scanf_s(const char *format, ...);

/** As `sscanf_s`, with a `va_list`. */
int vsscanf_s(const char *buffer, const char *format, va_list argList);

/** As `scanf_s`, from a string; an empty one is -1 and makes the first text empty. */
int sscanf_s(const char *buffer, const char *format, ...);

/** As `fscanf_s`, with a `va_list`. */
int vfscanf_s(FILE *stream, const char *format, va_list argList);

/**
 * As `scanf_s`, from a stream; what is not read stays in it. A byte order mark at the start of a
 * file is skipped.
 */
int fscanf_s(FILE *stream, const char *format, ...);

/**
 * The next token of `strToken`, or of what `*context` points to when that is NULL: skips units of
 * `strDelimit`, ends the token at the next one in place and stores in `*context` where to go on.
 * NULL when there is none, and for a NULL `strDelimit` or `context`.
 */
char *strtok_s(char *strToken, const char *strDelimit, char **context);

/**
 * Reads a line of standard input, at most `destMax - 1` characters; the rest of a longer one stays
 * in the stream. Line ends at its end are removed. `buffer`; NULL at the end of the input, for
 * NULL, and when `destMax` is 0 or too large.
 */
char *gets_s(char *buffer, size_t destMax);

/**
 * As `memcpy_s`, of wide characters; sizes are in characters. A `count` over `destMax` is ERANGE
 * when `dest` is NULL.
 */
errno_t wmemcpy_s(wchar_t *dest, size_t destMax, const wchar_t *src, size_t count);

/**
 * As `memmove_s`, of wide characters; sizes are in characters. A `count` over `destMax` is ERANGE
 * when `dest` is NULL.
 */
errno_t wmemmove_s(wchar_t *dest, size_t destMax, const wchar_t *src, size_t count);

/** As `strcpy_s`, for wide characters; sizes are in characters. */
errno_t wcscpy_s(wchar_t *strDest, size_t destMax, const wchar_t *strSrc);

/** As `strncpy_s`, for wide characters; sizes are in characters. */
errno_t wcsncpy_s(wchar_t *strDest, size_t destMax, const wchar_t *strSrc, size_t count);

/** As `strcat_s`, for wide characters; sizes are in characters. */
errno_t wcscat_s(wchar_t *strDest, size_t destMax, const wchar_t *strSrc);

/** As `strncat_s`, for wide characters; sizes are in characters. */
errno_t wcsncat_s(wchar_t *strDest, size_t destMax, const wchar_t *strSrc, size_t count);

/** As `strtok_s`, for wide characters. */
wchar_t *wcstok_s(wchar_t *strToken, const wchar_t *strDelimit, wchar_t **context);

/** As `swprintf_s`, with a `va_list`. */
int vswprintf_s(wchar_t *strDest, size_t destMax, const wchar_t *format, va_list argList);

/** As `sprintf_s`, for wide characters; `%s` is narrow text, `%ls` wide text. */
int swprintf_s(wchar_t *strDest, size_t destMax, const wchar_t *format, ...);

/** As `wscanf_s`, with a `va_list`. */
int vwscanf_s(const wchar_t *format, va_list argList);

/** As `scanf_s`, for wide characters; `%s` stores narrow text, `%ls` wide text. */
int wscanf_s(const wchar_t *format, ...);

/** As `swscanf_s`, with a `va_list`. */
int vswscanf_s(const wchar_t *buffer, const wchar_t *format, va_list argList);

/** As `wscanf_s`, from a string; an empty one is -1 and makes the first text empty. */
int swscanf_s(const wchar_t *buffer, const wchar_t *format, ...);

/** As `fwscanf_s`, with a `va_list`. */
int vfwscanf_s(FILE *stream, const wchar_t *format, va_list argList);

/** As `wscanf_s`, from a stream; what is not read stays in it. */
int fwscanf_s(FILE *stream, const wchar_t *format, ...);

/** For compiled code: what `strncpy_s` would return and do to `strDest`, but nothing is copied. */
errno_t strncpy_error(char *strDest, size_t destMax, const char *strSrc, size_t count);

/** For compiled code: what `strcpy_s` would return and do to `strDest`, but nothing is copied. */
errno_t strcpy_error(char *strDest, size_t destMax, const char *strSrc);

/** For compiled code: as `memset_s`. */
errno_t memset_sOptAsm(void *dest, size_t destMax, int c, size_t count);

/** For compiled code: as `memset_s`. */
errno_t memset_sOptTc(void *dest, size_t destMax, int c, size_t count);

/** For compiled code: as `memcpy_s`. */
errno_t memcpy_sOptAsm(void *dest, size_t destMax, const void *src, size_t count);

/** For compiled code: as `memcpy_s`. */
errno_t memcpy_sOptTc(void *dest, size_t destMax, const void *src, size_t count);

#define strcpy_sp(dest, destMax, src) strcpy_s((dest), (destMax), (src))
#define strncpy_sp(dest, destMax, src, count) strncpy_s((dest), (destMax), (src), (count))
#define strcat_sp(dest, destMax, src) strcat_s((dest), (destMax), (src))
#define strncat_sp(dest, destMax, src, count) strncat_s((dest), (destMax), (src), (count))
#define memcpy_sp(dest, destMax, src, count) memcpy_s((dest), (destMax), (src), (count))
#define memset_sp(dest, destMax, c, count) memset_s((dest), (destMax), (c), (count))

#ifdef __cplusplus
}
#endif

#endif /* SECUREC_H */
