/* Generated from crates/c-library/src/third_party/libboundscheck/securectype.rs; do not edit. */
/** Types and limits of securec.h. */
#ifndef SECURECTYPE_H
#define SECURECTYPE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef errno_t

/** What most functions of securec.h return: EOK or an error number. */
typedef int errno_t;

#endif

/** Largest `destMax` of the memory functions. */
#define SECUREC_MEM_MAX_LEN 0x7fffffff

/** Largest `destMax` of the string functions. */
#define SECUREC_STRING_MAX_LEN 0x7fffffff

#ifdef __cplusplus
}
#endif

#endif /* SECURECTYPE_H */
