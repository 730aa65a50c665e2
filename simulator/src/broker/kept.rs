//! What a session leaves behind when it outlives its connection.

use std::collections::{HashSet, VecDeque};
use std::time::Instant;

use super::wire::Publish;
use crate::message::Message;

/// What a session leaves behind when it outlives its connection.
#[derive(Debug)]
pub struct Kept {
    pub filters: Vec<(String, u8)>,
    pub valid_until: Instant,
    pub unacknowledged: VecDeque<Outgoing>,
    pub waiting: VecDeque<Message>,
    pub unreleased: HashSet<u16>,
    pub last_id: u16,
}

#[derive(Debug)]
pub struct Outgoing {
    pub publish: Publish,
    /// QoS 2: PUBREC has arrived, PUBREL was sent.
    pub released: bool,
}
