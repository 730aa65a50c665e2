/* Bodies of the C-variadic functions; see varargs.rs for how they are exported. */
#include <stdarg.h>
#include <stdio.h>

void hwmqtt_PrintfLog(int level, char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)level;
    vprintf(fmt, ap);
    va_end(ap);
}
