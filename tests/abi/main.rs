//! What programs are compiled and linked against, compared with files of this repository: the symbols of the shared library
//! (`exports.txt`) and the declarations of `include/` (`contract.json`).

mod contract;
mod exports;
mod headers;
mod mutations;
#[path = "../support/headers.rs"]
mod support;
