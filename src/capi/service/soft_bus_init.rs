//! Start and end of the near-field soft bus kit, and the names of the command that switches it.

use std::ffi::CStr;

header!(SOFT_BUS_INIT_H);

pub const SOFT_BUS_INIT_SERVICE_ID: &CStr = c"M2MService";
pub const SOFT_BUS_INIT_COMMAND_NAME: &CStr = c"SET_THING_SWITCH";
pub const SOFT_BUS_INIT_STATUS: &CStr = c"STATUS";
pub const SOFT_BUS_INIT_CLIENT_OR_SERVER: &CStr = c"CLIENT_OR_SERVER";
