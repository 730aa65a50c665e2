//! How members find each other on the LAN (docs/spec/lan-finding.md#packet). Pure: bytes, time and randomness come as arguments.

pub mod finder;
pub mod interface;
pub mod known;
pub mod packet;
#[cfg(test)]
mod tests;
