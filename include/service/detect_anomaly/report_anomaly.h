/* Generated from src/service/detect_anomaly/report_anomaly.rs; do not edit. */
/**
 * Reports of anomalies that the program itself detected. Declares nothing unless
 * SECURITY_AWARENESS_ENABLE is defined.
 */
#ifndef HW_REPORT_ANOMALY_H
#define HW_REPORT_ANOMALY_H

#ifdef SECURITY_AWARENESS_ENABLE
#include "hw_type.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifdef SECURITY_AWARENESS_ENABLE

/** An unsafe function in use. */
typedef struct ANOMALY_UNSAFE_FUNCTION {
    char *name;
    char *desc;
} ANOMALY_UNSAFE_FUNCTION;

/** An unsafe protocol in use. */
typedef struct ANOMALY_PROTOCOL {
    char *protocol;
    char *version;
    char *desc;
} ANOMALY_PROTOCOL;

/** A known vulnerability. */
typedef struct ANOMALY_CVE_VNLNERABILITY {
    char *cve_number;
    char *vulnerability_name;
    char *desc;
} ANOMALY_CVE_VNLNERABILITY;

/** A malicious file. */
typedef struct ANOMALY_MALICIOUS_FILE {
    char *file;
    char *desc;
} ANOMALY_MALICIOUS_FILE;

/** An abnormal process. */
typedef struct ANOMALY_ABNORMAL_PROCES {
    char *pid;
    char *cmd;
    char *desc;
} ANOMALY_ABNORMAL_PROCES;

/**
 * Reports malicious files (`security_log_report` of type FILE_REPORT on
 * `$oc/devices/<id>/sys/events/up`), whatever the platform has switched on.
 *
 * - `maliciousFile`: array, not NULL; NULL members are left out.
 * - `contentNum`: entries in it, 1 or more.
 *
 * Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context. See docs/spec/uplink.md#anomaly.
 */
int IOTA_AnomalyFileReport(ANOMALY_MALICIOUS_FILE *maliciousFile, int contentNum);

/**
 * Reports known vulnerabilities (`security_log_report` of type CVE_VULNERABILITY_REPORT on
 * `$oc/devices/<id>/sys/events/up`), whatever the platform has switched on.
 *
 * - `cveLoophole`: array, not NULL; NULL members are left out.
 * - `contentNum`: entries in it, 1 or more.
 *
 * Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context. See docs/spec/uplink.md#anomaly.
 */
int IOTA_AnomalyCveValnerabilityReport(ANOMALY_CVE_VNLNERABILITY *cveLoophole,
                                       int contentNum);

/**
 * Reports unsafe protocols in use (`security_log_report` of type PROTOCOL_REPORT on
 * `$oc/devices/<id>/sys/events/up`), whatever the platform has switched on.
 *
 * - `unsafeProtocol`: array, not NULL; NULL members are left out.
 * - `contentNum`: entries in it, 1 or more.
 *
 * Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context. See docs/spec/uplink.md#anomaly.
 */
int IOTA_AnomalyProtocolReport(ANOMALY_PROTOCOL *unsafeProtocol, int contentNum);

/**
 * Reports unsafe functions in use (`security_log_report` of type UNSAFE_FUNCTION_REPORT on
 * `$oc/devices/<id>/sys/events/up`), whatever the platform has switched on.
 *
 * - `unsafeFunction`: array, not NULL; NULL members are left out.
 * - `contentNum`: entries in it, 1 or more.
 *
 * Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context. See docs/spec/uplink.md#anomaly.
 */
int IOTA_AnomalyUnsafeFunctionReport(ANOMALY_UNSAFE_FUNCTION *unsafeFunction,
                                     int contentNum);

/**
 * Reports abnormal processes (`security_log_report` of type ABNORMAL_PROCESS_REPORT on
 * `$oc/devices/<id>/sys/events/up`), whatever the platform has switched on.
 *
 * - `abnormalProcess`: array, not NULL; NULL members are left out.
 * - `contentNum`: entries in it, 1 or more.
 *
 * Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not connected
 * and not reconnecting. Never blocks. Any thread, callbacks included. The outcome comes by
 * PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context. See docs/spec/uplink.md#anomaly.
 */
int IOTA_AnomalyAbnormalProcessReport(ANOMALY_ABNORMAL_PROCES *abnormalProcess,
                                      int contentNum);

#endif

#ifdef __cplusplus
}
#endif

#endif /* HW_REPORT_ANOMALY_H */
