//! Figures of the session, an addition to the C SDK's interface: what became of the reports, what waits, how often the
//! connection was lost and why.

use std::ffi::c_char;

use super::hw_type::{HW_CHAR, HW_INT};
use super::iota_error_type::{IOTA_FAILURE, IOTA_PARAMETER_EMPTY, IOTA_SUCCESS};
use crate::process;
use crate::text::cut;

header!(IOTA_STATS_EXT_H, "<stdint.h>", "hw_type.h", "iota_error_type.h");

/// Counters since IOTA_Init, and what the session holds at the moment.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct IOTA_STATISTICS {
    /// Messages accepted for sending since IOTA_Init, the library's own answers included: delivered + failed + queued.
    pub accepted: u64,
    /// Those that ended in the publish-success callback.
    pub delivered: u64,
    /// Those that ended in the publish-failure callback.
    pub failed: u64,
    /// Those of `failed` whose time was over before they could be sent.
    pub expired: u64,
    /// Those without an outcome yet, in flight or waiting.
    pub queued: u64,
    /// Bytes of their topics, payloads and MQTT 5 properties.
    pub queued_bytes: u64,
    /// Those of `queued` that were sent with QoS 1 or 2 and wait for their acknowledgement.
    pub in_flight: u64,
    /// Messages that arrived from the platform.
    pub received: u64,
    /// Connections that were established after the first one.
    pub reconnects: u64,
    /// Connections that ended without IOTA_DisConnect or IOTA_Destroy.
    pub losses: u64,
    /// Bytes of MQTT packets written and read on established connections, without what TLS and TCP add.
    pub bytes_sent: u64,
    pub bytes_received: u64,
    /// What failed last: an attempt to connect (the code of the connect-failure callback), a connection that was lost (-1),
    /// or the directory of EN_IOTA_CFG_EXT_SPOOL_DIRECTORY (-1); 0 when nothing has.
    pub last_error_code: HW_INT,
    /// The same in words, cut to fit; "" when nothing has failed.
    pub last_error_text: [HW_CHAR; 256],
}

exported!(
    IOTA_FAILURE,
    /// Reads the figures of the session.
    ///
    /// - `statistics`: filled in on success, unchanged otherwise. Not NULL.
    ///
    /// Returns IOTA_SUCCESS; IOTA_PARAMETER_EMPTY for NULL; IOTA_FAILURE before IOTA_Init and after IOTA_Destroy.
    ///
    /// Any thread, callbacks included; never waits.
    pub fn IOTA_GetStatistics(statistics: *mut IOTA_STATISTICS) -> HW_INT {
        if statistics.is_null() {
            return IOTA_PARAMETER_EMPTY;
        }
        let Ok(device) = process::device() else {
            return IOTA_FAILURE;
        };
        let (now, last_error) = device.statistics();
        let (code, reason) = last_error.unwrap_or_default();
        let mut text: [HW_CHAR; 256] = [0; 256];
        for (to, from) in text.iter_mut().zip(cut(&reason, 255).bytes()) {
            *to = from as c_char;
        }
        let filled = IOTA_STATISTICS {
            accepted: now.accepted,
            delivered: now.delivered,
            failed: now.failed,
            expired: now.expired,
            queued: now.waiting as u64,
            queued_bytes: now.waiting_bytes as u64,
            in_flight: now.in_flight as u64,
            received: now.received,
            reconnects: now.connects.saturating_sub(1),
            losses: now.losses,
            bytes_sent: now.bytes_sent,
            bytes_received: now.bytes_received,
            last_error_code: code,
            last_error_text: text,
        };
        // SAFETY: not NULL; the caller's struct.
        unsafe { statistics.write(filled) };
        IOTA_SUCCESS
    }
);
