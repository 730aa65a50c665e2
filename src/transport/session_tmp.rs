use super::*;
use crate::error::Result;
use std::time::Duration;
pub struct Session;
impl Session {
    pub fn start(_: Sink) -> Result<Session> {
        Ok(Session)
    }
    pub fn connect(&self, _: Settings) {}
    pub fn disconnect(&self) {}
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
    pub fn is_active(&self) -> bool {
        false
    }
    pub fn timer(&self, _: u64, _: Duration) {}
    pub fn cancel_timer(&self, _: u64) {}
    pub fn shutdown(&self) {}
    pub fn closed() -> Session {
        Session
    }
}
