//! What every crate of the library uses: the [`log`] slot and the table of its [`lines`], one-shot [`answer`]s between threads, starting
//! [`thread`]s, and what [`fork`] leaves of them; the network [`interfaces`] and [`datagram`]s with the one they came in by.
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod answer;
pub mod datagram;
pub mod fork;
pub mod interfaces;
pub mod lines;
pub mod log;
pub mod memory;
pub mod process;
pub mod sync;
pub mod thread;
