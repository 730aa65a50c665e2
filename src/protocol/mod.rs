//! PURE: the bytes and values of the platform's messages; no I/O, no clock, no threads.
