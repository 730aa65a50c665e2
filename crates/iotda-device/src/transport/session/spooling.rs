//! What the spool leaves to its users, since they hold a lock while it works: to wait for the disk,
//! and to speak of it.

use std::fs::File;
use std::sync::Arc;

use crate::transport::spool::News;

/// Without the lock: it waits for the disk.
pub(super) fn sync(file: Option<Arc<File>>) {
    if let Some(Err(why)) = file.map(|file| file.sync_data()) {
        base::lines::spool_unsynced(&why);
    }
}

/// Without the lock: the program's log callback may call us.
pub(super) fn tell(news: Option<News>) {
    match news {
        Some(News::Failing(why)) => {
            base::lines::spool_failing(&why);
        }
        Some(News::Recovered) => base::info!("spool: messages are written to disk again"),
        None => {}
    }
}
