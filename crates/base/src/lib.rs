//! What every crate of the library uses: the [`log`] slot and one-shot [`answer`]s between threads.
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod answer;
pub mod log;
