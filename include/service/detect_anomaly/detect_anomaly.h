/* Generated from src/service/detect_anomaly/detect_anomaly.rs; do not edit. */
/** Anomaly detection: thresholds from the device shadow, and what is reported. */
#ifndef DETECT_ANOMALY_H
#define DETECT_ANOMALY_H

#include "cJSON.h"
#include "sys_hal.h"
#include "iota_init.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Thresholds in per cent. */
typedef struct SecurityDetection {
    int memoryThreshold;
    int cpuUsageThreshold;
    int diskSpaceThreshold;
    int batteryPercentageThreshold;
} SecurityDetection;

/** Memory, as reported. */
typedef struct MemoryInfo {
    long used;
    long total;
    int leakAlarm;
} MemoryInfo;

/** Disk space, as reported. */
typedef struct DiskSpaceInfo {
    long diskSpaceUsed;
    long diskSpaceTotal;
    int diskSpaceAlarm;
} DiskSpaceInfo;

/** Processor load, as reported. */
typedef struct CpuUsageInfo {
    int cpuUsage;
    int cpuAlarm;
} CpuUsageInfo;

/** Battery, as reported. */
typedef struct BatteryInfo {
    int batteryPct;
    int batteryAlarm;
} BatteryInfo;

/**
 * Asks for the configuration of the security detection
 * (`$oc/devices/<id>/sys/shadow/get/request_id=…`); the library follows the answer. The library
 * never asks by itself: the platform sends the configuration when it changes.
 *
 * Returns 0 when accepted; -1 for a full queue, or when not connected and not reconnecting. Never
 * blocks. Any thread, callbacks included. See docs/spec/services.md#detection-config.
 */
int Detect_GetShadowDetectAnomaly(void);

/**
 * Follows a configuration of the security detection, as the library does by itself with those that
 * the platform sends: applies it over `detectConfig.json`, reports what holds now as properties,
 * stores it, and starts or stops the checks.
 *
 * - `propertieDown`: JSON text of the properties; NULL, or what is no object, changes nothing but
 *   is reported all the same.
 *
 * After `IOTA_Init`. Never waits for the network. Any thread, callbacks included.
 * See docs/spec/services.md#detection-config.
 */
void Detect_ParseShadowGetOrPropertiesSet(char *propertieDown);

#ifdef __cplusplus
}
#endif

#endif /* DETECT_ANOMALY_H */
