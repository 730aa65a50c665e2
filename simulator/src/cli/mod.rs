//! The command line: `iotda-sim run` and `iotda-sim ctl`.

mod ctl;
mod device;
mod run;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::words::{Top, Words};

/// Runs the program with these arguments (without the program's name).
pub fn main(arguments: Vec<String>) -> ExitCode {
    let named = std::iter::once("iotda-sim".to_string()).chain(arguments);
    let words = match Words::try_parse_from(named) {
        Ok(words) => words,
        Err(e) => {
            // Help and version go to standard output, mistakes to standard error.
            let _ = e.print();
            return if e.use_stderr() {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let result = match words.command {
        Top::Run(words) => run::run(words),
        Top::Ctl(words) => ctl::ctl(*words),
        Top::Completion { shell } => {
            clap_complete::generate(shell, &mut Words::command(), "iotda-sim", &mut std::io::stdout());
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("iotda-sim: {}", crate::text::line(&text));
            ExitCode::FAILURE
        }
    }
}
