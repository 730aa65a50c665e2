/* What the C files beside Rust share: a started va_list that Rust reads through hwmqtt_next_word(). Not installed. */
#ifndef HWMQTT_VARARGS_H
#define HWMQTT_VARARGS_H

#include <stdarg.h>

struct hwmqtt_args {
    va_list list;
};

/* The next argument that was passed as a pointer or in a machine word. */
void *hwmqtt_next_word(struct hwmqtt_args *args);

#endif
