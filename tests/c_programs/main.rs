//! C programs built as users build them and run against the platform simulator: the harness of the
//! C ABI, the helper surface, and programs written for each generation of the C SDK.
//! `HWMQTT_C_UNDER=valgrind` or `asan` selects how they are watched.

mod c_harness;
mod check_program;
mod compat;
mod migrating;
mod newest;
#[path = "../support/program.rs"]
mod support;
mod swapped;
mod util_c;
mod utilities_vectors;
