/* Bodies of the C-variadic functions of securec.h, and the one thing only C can do for the others: taking a va_list
 * apart. The rules are in Rust, see ../../securec_impl and ../../varargs.rs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "../../varargs.h"

typedef struct hwmqtt_args args_t;

int hwmqtt_rs_sprintf_s(char *dest, size_t max, const char *format, args_t *args);
int hwmqtt_rs_snprintf_s(char *dest, size_t max, size_t count, const char *format, args_t *args);
int hwmqtt_rs_snprintf_truncated_s(char *dest, size_t max, const char *format, args_t *args);
int hwmqtt_rs_swprintf_s(wchar_t *dest, size_t max, const wchar_t *format, args_t *args);
int hwmqtt_rs_scanf_s(const char *format, args_t *args);
int hwmqtt_rs_sscanf_s(const char *buffer, const char *format, args_t *args);
int hwmqtt_rs_fscanf_s(FILE *stream, const char *format, args_t *args);
int hwmqtt_rs_wscanf_s(const wchar_t *format, args_t *args);
int hwmqtt_rs_swscanf_s(const wchar_t *buffer, const wchar_t *format, args_t *args);
int hwmqtt_rs_fwscanf_s(FILE *stream, const wchar_t *format, args_t *args);

#define VARIADIC(name, parameters, last, call) \
    int hwmqtt_##name parameters \
    { \
        args_t args; \
        int result; \
        va_start(args.list, last); \
        result = hwmqtt_rs_##name call; \
        va_end(args.list); \
        return result; \
    }

VARIADIC(sprintf_s, (char *dest, size_t max, const char *format, ...), format, (dest, max, format, &args))
VARIADIC(snprintf_s, (char *dest, size_t max, size_t count, const char *format, ...), format,
         (dest, max, count, format, &args))
VARIADIC(snprintf_truncated_s, (char *dest, size_t max, const char *format, ...), format, (dest, max, format, &args))
VARIADIC(swprintf_s, (wchar_t *dest, size_t max, const wchar_t *format, ...), format, (dest, max, format, &args))
VARIADIC(scanf_s, (const char *format, ...), format, (format, &args))
VARIADIC(sscanf_s, (const char *buffer, const char *format, ...), format, (buffer, format, &args))
VARIADIC(fscanf_s, (FILE *stream, const char *format, ...), format, (stream, format, &args))
VARIADIC(wscanf_s, (const wchar_t *format, ...), format, (format, &args))
VARIADIC(swscanf_s, (const wchar_t *buffer, const wchar_t *format, ...), format, (buffer, format, &args))
VARIADIC(fwscanf_s, (FILE *stream, const wchar_t *format, ...), format, (stream, format, &args))

/* Calls back with a list that keeps its place from one hwmqtt_next_word() to the next. */
int hwmqtt_with_list(int (*body)(void *context, args_t *args), void *context, va_list list)
{
    args_t args;
    int result;

    va_copy(args.list, list);
    result = body(context, &args);
    va_end(args.list);
    return result;
}

int hwmqtt_next_int(args_t *args)
{
    return va_arg(args->list, int);
}

#define PRINT(function) \
    switch (kind) { \
    case 'i': return function(to, room, directive, va_arg(args->list, int)); \
    case 'l': return function(to, room, directive, va_arg(args->list, long)); \
    case 'L': return function(to, room, directive, va_arg(args->list, long long)); \
    case 'j': return function(to, room, directive, va_arg(args->list, intmax_t)); \
    case 'z': return function(to, room, directive, va_arg(args->list, size_t)); \
    case 't': return function(to, room, directive, va_arg(args->list, ptrdiff_t)); \
    case 'd': return function(to, room, directive, va_arg(args->list, double)); \
    case 'D': return function(to, room, directive, va_arg(args->list, long double)); \
    default: return -1; \
    }

int hwmqtt_print_next(char *to, size_t room, const char *directive, int kind, args_t *args)
{
    PRINT(snprintf)
}

int hwmqtt_wprint_next(wchar_t *to, size_t room, const wchar_t *directive, int kind, args_t *args)
{
    PRINT(swprintf)
}

void hwmqtt_store_long_double(void *to, const char *text)
{
    *(long double *)to = strtold(text, NULL);
}
