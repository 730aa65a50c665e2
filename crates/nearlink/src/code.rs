//! Result codes of the near link (docs/spec/nearlink.md#codes): what its calls return, what reaches
//! the send-result callback, and what an ERROR frame carries.

/// A `DC_…` result; 0 is success.
pub type Code = u32;

pub const SUCCESS: Code = 0;
pub const ERROR: Code = 0x0001;
/// Unreachable state, and the loop of a vendor library that reaches our exports.
pub const BRANCH: Code = 0x0002;
pub const CREATE_THREAD: Code = 0x0004;
pub const THRESHOLD_EXCEED: Code = 0x0005;
pub const INVALID_DEVICE_ID: Code = 0x1001;
pub const CB_NOT_REGISTER: Code = 0x1002;
pub const INVALID_AUTH_KEY: Code = 0x1003;
pub const ENCRYPT: Code = 0x2002;
pub const GEN_RANDOM: Code = 0x2004;
pub const DECRYPT: Code = 0x2005;
pub const HEADER_INVALID: Code = 0x3001;
pub const CONNECTION_REFUSED: Code = 0x4001;
pub const BIND_PORT: Code = 0x4002;
pub const SEND_FAILED: Code = 0x4003;
pub const NULLPTR: Code = 0x4006;
pub const IP_FORMAT: Code = 0x5001;
pub const DEVICE_ID_NOT_FOUND: Code = 0x5002;
pub const DEVICE_NOT_AUTHORIZED: Code = 0x5003;
pub const INVALID_INIT_TYPE: Code = 0x5004;
pub const PEER_NUM_EXCEED: Code = 0x6001;
pub const SEND_DATA_EXCEED: Code = 0x6002;
pub const AUTH_FAILED: Code = 0x7001;
pub const AUTH_INIT_FAILED: Code = 0x7002;
pub const INVALID_AUTH_STAT: Code = 0x7004;
pub const PROCESS_AUTH_DATA: Code = 0x7005;
pub const INVALID_REQUEST_ID: Code = 0x7009;

/// Whether an ERROR frame may carry this code (docs/spec/nearlink.md#codes, the rows with W).
pub fn allowed_on_wire(code: Code) -> bool {
    matches!(
        code,
        INVALID_AUTH_KEY
            | DEVICE_NOT_AUTHORIZED
            | PEER_NUM_EXCEED
            | AUTH_FAILED
            | AUTH_INIT_FAILED
            | INVALID_AUTH_STAT
            | PROCESS_AUTH_DATA
    )
}
