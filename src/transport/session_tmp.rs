use super::*;
use crate::error::Result;
use std::time::Duration;
#[derive(PartialEq)]
pub enum State {
    Connecting,
    Connected,
    Idle,
}
pub struct Session;
impl Session {
    pub fn state(&self) -> State {
        State::Idle
    }
    pub fn replace(&self, _: Settings) {}
    pub fn start(_: Sink) -> Result<Session> {
        Ok(Session)
    }
    pub fn connect(&self, _: Settings) {}
    pub fn disconnect(&self) -> Result<()> {
        Ok(())
    }
    pub fn publish(&self, _: Publish) -> Result<u16> {
        Ok(1)
    }
    pub fn subscribe(&self, _: String, _: u8) -> Result<u16> {
        Ok(1)
    }
    pub fn ack(&self, _: AckToken) {}
    pub fn is_connected(&self) -> bool {
        false
    }
    pub fn timer(&self, _: Duration, _: u64) {}
    pub fn cancel_timer(&self, _: u64) {}
    pub fn shutdown(&self, _: Duration) {}
}
