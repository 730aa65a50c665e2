/* Bodies of the C-variadic functions; see varargs.rs for how they are exported. They only start and end the va_list: the
 * work is done by the hwmqtt_rs_... functions, in Rust. */
#include <stdarg.h>
#include <stdlib.h>

#include "../crates/c-library/src/varargs.h"

typedef void (*log_handler)(int level, char *format, va_list args);

char *hwmqtt_rs_log_format(int level, const char *format, log_handler *handler);
char *hwmqtt_rs_combine(int amount, const char *first, struct hwmqtt_args *rest);

void hwmqtt_PrintfLog(int level, char *format, ...)
{
    log_handler handler = NULL;
    char *prefixed = hwmqtt_rs_log_format(level, format, &handler);
    va_list args;

    if (handler == NULL) {
        return;
    }
    va_start(args, format);
    handler(level, prefixed != NULL ? prefixed : format, args);
    va_end(args);
    free(prefixed);
}

void hwmqtt_log_line(log_handler handler, int level, char *format, ...)
{
    va_list args;

    va_start(args, format);
    handler(level, format, args);
    va_end(args);
}

char *hwmqtt_CombineStrings(int amount, const char *first, ...)
{
    struct hwmqtt_args rest;
    char *result;

    va_start(rest.list, first);
    result = hwmqtt_rs_combine(amount, first, &rest);
    va_end(rest.list);
    return result;
}
