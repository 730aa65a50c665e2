//! How everything of the process ends.

use super::{near_link, process};
use iotda_device::device::runner::inside_callback;

/// `IOTA_Destroy`.
pub fn destroy() {
    if let Err(cause) = process::usable() {
        base::lines::destroy_refused(&cause); // nothing here is this process's to end
        return;
    }
    process::stop_transfers();
    #[cfg(feature = "tunnel")]
    super::remote_login::stop();
    near_link::close_if_used(); // its last results still need the callback thread
    process::end_session();
    if !inside_callback() {
        process::join_ended();
        #[cfg(feature = "tunnel")]
        super::remote_login::join(); // again: a callback may have opened one meanwhile
    }
}
