//! How everything of the process ends.

use super::{near_link, process};

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
    if !base::thread::is_ours() {
        process::join_ended();
        #[cfg(feature = "tunnel")]
        super::remote_login::join(); // again: a callback may have opened one meanwhile
    }
}
