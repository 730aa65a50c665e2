//! Remote login.

pub mod wss_client;
