/* Generated from src/agentlite/iota_stats_ext.rs; do not edit. */
/**
 * Figures of the session, an addition to the C SDK's interface: what became of the reports, what
 * waits, how often the connection was lost and why.
 */
#ifndef IOTA_STATS_EXT_H
#define IOTA_STATS_EXT_H

#include <stdint.h>
#include "hw_type.h"
#include "iota_error_type.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Counters since IOTA_Init, and what the session holds at the moment. */
typedef struct IOTA_STATISTICS {
    /**
     * Messages accepted for sending since IOTA_Init, the library's own answers included: delivered
     * + failed + queued.
     */
    uint64_t accepted;
    /** Those that ended in the publish-success callback. */
    uint64_t delivered;
    /** Those that ended in the publish-failure callback. */
    uint64_t failed;
    /** Those of `failed` whose time was over before they could be sent. */
    uint64_t expired;
    /** Those without an outcome yet, in flight or waiting. */
    uint64_t queued;
    /** Bytes of their topics, payloads and MQTT 5 properties. */
    uint64_t queued_bytes;
    /** Those of `queued` that were sent with QoS 1 or 2 and wait for their acknowledgement. */
    uint64_t in_flight;
    /** Messages that arrived from the platform. */
    uint64_t received;
    /** Connections that were established after the first one. */
    uint64_t reconnects;
    /** Connections that ended without IOTA_DisConnect or IOTA_Destroy. */
    uint64_t losses;
    /**
     * Bytes of MQTT packets written and read on established connections, without what TLS
     * and TCP add.
     */
    uint64_t bytes_sent;
    uint64_t bytes_received;
    /**
     * What failed last: an attempt to connect (the code of the connect-failure callback), a
     * connection that was lost (-1), or the directory of EN_IOTA_CFG_EXT_SPOOL_DIRECTORY (-1); 0
     * when nothing has.
     */
    HW_INT last_error_code;
    /** The same in words, cut to fit; "" when nothing has failed. */
    HW_CHAR last_error_text[256];
} IOTA_STATISTICS;

/**
 * Reads the figures of the session.
 *
 * - `statistics`: filled in on success, unchanged otherwise. Not NULL.
 *
 * Returns IOTA_SUCCESS; IOTA_PARAMETER_EMPTY for NULL; IOTA_FAILURE before IOTA_Init and after
 * IOTA_Destroy.
 *
 * Any thread, callbacks included; never waits.
 */
HW_INT IOTA_GetStatistics(IOTA_STATISTICS *statistics);

#ifdef __cplusplus
}
#endif

#endif /* IOTA_STATS_EXT_H */
