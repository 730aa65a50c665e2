/* Generated from src/service/sys_hal/sys_hal.rs; do not edit. */
/** Board data: a program installs its own measurements here. */
#ifndef SYS_HAL_H
#define SYS_HAL_H

#ifdef __cplusplus
extern "C" {
#endif

#define SIZE_1KB 0x400
#define SIZE_1MB 0x100000

/** Bytes in KB, rounded to the nearest. */
#define B_TO_KB(size) (((size) + SIZE_1KB / 2) / SIZE_1KB)

/** Bytes in MB, rounded to the nearest. */
#define B_TO_MB(size) (((size) + SIZE_1MB / 2) / SIZE_1MB)

/** Counted numbers. */
typedef struct ArrayInfo {
    int *array;
    int arrayLen;
} ArrayInfo;

/** The measurements of a board, -1 for what it has not. A member may be NULL. */
typedef struct TagSysHalOps {
    /** Memory, in the unit of `getMemoryUsed`. */
    long (*getTotalMemory)(void);
    /** Memory in use. */
    long (*getMemoryUsed)(void);
    /** Ports in use; the library frees `array` and the struct with `free`. */
    ArrayInfo *(*getPortUsed)(void);
    /** Processor load in per cent. */
    int (*getCpuUsage)(void);
    /** Disk space, in the unit of `getDiskSpaceUsed`. */
    long (*getTotalDiskSpace)(void);
    /** Disk space in use. */
    long (*getDiskSpaceUsed)(void);
    /** Battery in per cent. */
    int (*getBatteryPercentage)(void);
} TagSysHalOps;

/** A board, for `SysHalInstall`, which keeps the pointer. */
typedef struct TagSysHal {
    const char *name;
    const TagSysHalOps *ops;
} TagSysHal;

/**
 * Installs the board's measurements. They are called on the library's callback thread, when the
 * security detection reports.
 *
 * - `sysHal`: the pointer is kept, it and what it points to must stay valid. NULL changes nothing.
 *
 * Returns 0; -1 and no change if one is installed already: call it before the first connection,
 * which installs a default. Any thread. See docs/spec/services.md#hal.
 */
int SysHalInstall(const TagSysHal *sysHal);

/**
 * The board's memory: what the installed `getTotalMemory` says, 0 without one. Any thread.
 * See docs/spec/services.md#hal.
 */
long SysHalGetTotalMemory(void);

/**
 * The memory in use: what the installed `getMemoryUsed` says, 0 without one. Any thread.
 * See docs/spec/services.md#hal.
 */
long SysHalGetMemoryUsed(void);

/**
 * The ports in use: what the installed `getPortUsed` says, NULL without one. The caller frees
 * `array` and the structure with `free`. Any thread. See docs/spec/services.md#hal.
 */
ArrayInfo *SysHalGetPortUsed(void);

/**
 * The processor load: what the installed `getCpuUsage` says, 0 without one. Any thread.
 * See docs/spec/services.md#hal.
 */
int SysHalGetCpuUsage(void);

/**
 * The disk space: what the installed `getTotalDiskSpace` says, 0 without one. Any thread.
 * See docs/spec/services.md#hal.
 */
long SysHalGetTotalDiskSpace(void);

/**
 * The disk space in use: what the installed `getDiskSpaceUsed` says, 0 without one. Any thread.
 * See docs/spec/services.md#hal.
 */
long SysHalGetDiskSpaceUsed(void);

/**
 * The battery: what the installed `getBatteryPercentage` says, 0 without one. Any thread.
 * See docs/spec/services.md#hal.
 */
int SysHalGetBatteryPercentage(void);

/**
 * Installs the default measurements by calling `SysHalImplInit`. Every successful connection does
 * the same, unless some are installed. Returns what that function returns. Any thread.
 * See docs/spec/services.md#hal.
 */
int SysHalInit(void);

/**
 * Installs measurements that know nothing: -1 everywhere, NULL for the ports. A program that
 * defines a function of this name gets its own called instead.
 *
 * Returns 0; -1 if some are installed already. Any thread. See docs/spec/services.md#hal.
 */
int SysHalImplInit(void);

#ifdef __cplusplus
}
#endif

#endif /* SYS_HAL_H */
