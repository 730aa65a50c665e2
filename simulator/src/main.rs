//! The platform as a program.

fn main() -> std::process::ExitCode {
    iotda_sim::cli::main(std::env::args().skip(1).collect())
}
