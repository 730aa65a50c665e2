//! The request for the address and secret of the instance that serves this device.

use super::{Arg, Message, object};
use crate::error::Result;
use crate::protocol::topics::Origin;

/// `IOTA_Bootstrap`: an empty payload without a keyword.
pub fn request(own: &str, base_strategy_keyword: Arg<'_>) -> Result<Message> {
    let payload = match base_strategy_keyword {
        None | Some([]) => Vec::new(),
        keyword => object(|w| {
            w.text_member("baseStrategyKeyword", keyword);
            Ok(())
        })?,
    };
    Ok(Message {
        topic: Origin::Device(own).topic("sys/bootstrap/up")?,
        payload,
    })
}
