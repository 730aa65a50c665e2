//! The near link: its vectors, our own nodes with each other and with an independent peer,
//! attackers, a network that is cut, and the back-ends through the C ABI.

#[path = "../support/alone.rs"]
mod alone;
mod backends;
mod dsoftbus;
mod find;
mod fuzz;
mod link;
mod netns;
mod node;
mod page;
#[path = "../support/program.rs"]
mod program;
mod threats;
mod vectors;
