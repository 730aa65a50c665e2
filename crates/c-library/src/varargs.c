/* Reads a started va_list for Rust, which cannot. */
#include "varargs.h"

void *hwmqtt_next_word(struct hwmqtt_args *args)
{
    return va_arg(args->list, void *);
}
