/*
 * To be preloaded: refuses one allocation of 16 KiB or more, the one with the number REFUSE_AT (from 1; 0: none), and those that
 * follow while REFUSE_FOR (default 1) says so. Counting starts when the program calls refuse_arm and stops with refuse_rest,
 * which gives how many there were. REFUSE_TRACE=1 shows where each comes from.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGE (16 * 1024)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_long g_seen, g_at, g_for;
static atomic_bool g_armed, g_trace;
static __thread int t_inside;

void refuse_arm(void)
{
    const char *at = getenv("REFUSE_AT"), *more = getenv("REFUSE_FOR");
    void *frames[4];
    (void)backtrace(frames, 4); /* what it allocates the first time */
    g_at = at != NULL ? atol(at) : 0;
    g_for = more != NULL ? atol(more) : 1;
    g_trace = getenv("REFUSE_TRACE") != NULL;
    g_seen = 0;
    g_armed = 1;
}

long refuse_rest(void)
{
    g_armed = 0;
    return g_seen;
}

static int refused(size_t size)
{
    if (size < LARGE || !g_armed || t_inside) {
        return 0;
    }
    long number = atomic_fetch_add(&g_seen, 1) + 1;
    int now = number >= g_at && number < g_at + g_for && g_at > 0;
    if (g_trace || now) {
        char line[128];
        void *frames[48];
        t_inside = 1;
        int length = snprintf(line, sizeof(line), "allocation %ld of %zu bytes%s\n", number, size, now ? " REFUSED" : "");
        if (write(2, line, (size_t)length) == length && g_trace) {
            backtrace_symbols_fd(frames, backtrace(frames, 48), 2);
        }
        t_inside = 0;
    }
    if (now) {
        errno = ENOMEM;
    }
    return now;
}

void *malloc(size_t size)
{
    return refused(size) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return count != 0 && refused(size > (size_t)-1 / count ? (size_t)-1 : count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return refused(size) ? NULL : __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
    return refused(size) ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **to, size_t alignment, size_t size)
{
    void *made = memalign(alignment, size);
    if (made == NULL) {
        return ENOMEM;
    }
    *to = made;
    return 0;
}
