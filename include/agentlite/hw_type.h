/* Generated from src/agentlite/hw_type.rs; do not edit. */
/** Scalar names of the SDK. */
#ifndef HW_TYPE_H
#define HW_TYPE_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(WIN32) || (defined(WIN64) && defined(EXPORT_AGENTLITE))
#define HW_API_FUNC __declspec(dllexport)
#else
#define HW_API_FUNC
#endif

#define HW_TRUE 1
#define HW_FALSE 0
#define HW_SUCCESS 0
#define HW_FAILED 1
#define HW_NULL ((void *)0)

typedef int HW_INT;
typedef unsigned int HW_UINT;
typedef char HW_CHAR;
typedef unsigned char HW_UCHAR;
typedef int HW_BOOL;
typedef void HW_VOID;
typedef long HW_LONG;
typedef double HW_DOUBLE;
typedef long long HW_LLONG;

/** Counted bytes. */
typedef struct HW_BYTES {
    /** Number of bytes. */
    HW_UINT uiLen;
    HW_CHAR *pcByte;
} HW_BYTES;

#ifdef __cplusplus
}
#endif

#endif /* HW_TYPE_H */
