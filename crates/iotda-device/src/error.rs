//! One error for the whole library: what failed, why, and the C code it becomes at the border.

use std::fmt;
use std::sync::Arc;

/// What docs/errors.md says of an error. Only tests read the table, so that it is not in the library.
pub struct Entry {
    pub id: &'static str,
    /// The code of the C ABI.
    pub code: i32,
    pub text: &'static str,
    pub cause: &'static str,
    pub cure: &'static str,
}

/// What an error says of the case at hand, and the error behind it, if there is one. Two are equal
/// that say the same.
#[derive(Clone, Debug)]
pub struct Detail {
    text: String,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Detail {
    /// `text` names the cause itself, so that it can stand alone.
    pub fn because(text: String, cause: impl std::error::Error + Send + Sync + 'static) -> Detail {
        Detail {
            text,
            cause: Some(Arc::new(cause)),
        }
    }

    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Detail {
        Detail { text, cause: None }
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Detail {
        Detail::from(text.to_owned())
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Detail {
    fn eq(&self, other: &Detail) -> bool {
        self.text == other.text
    }
}

impl Eq for Detail {}

/// `Debug` by `Display`, for errors that stand behind others: their names would be in the library a second time.
macro_rules! debug_as_display {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(crate) use debug_as_display;

macro_rules! errors {
    (@pattern $name:ident) => { Error::$name };
    (@pattern $name:ident $arg:ident) => { Error::$name(_) };
    ($($id:ident $code:literal $name:ident $(($arg:ident: $type:ty))? $text:literal cause $cause:literal cure $cure:literal)*) => {
        /// Why a call was refused or an attempt failed.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Error {
            $(#[doc = $cause] $name $(($type))?,)*
        }

        impl Error {
            /// The `IOTA_…` code of the C ABI.
            pub fn code(&self) -> i32 {
                match self {
                    $(errors!(@pattern $name $($arg)?) => $code,)*
                }
            }

            /// The stable identifier, as docs/errors.md lists it.
            pub fn id(&self) -> &'static str {
                match self {
                    $(errors!(@pattern $name $($arg)?) => concat!("HWM-", stringify!($id)),)*
                }
            }
        }

        impl Error {
            /// What to do about it, in a sentence.
            pub fn cure(&self) -> &'static str {
                match self {
                    $(errors!(@pattern $name $($arg)?) => $cure,)*
                }
            }
        }

        impl fmt::Display for Error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Error::$name $(($arg))? => write!(f, $text $(, $arg = $arg)?),)*
                }
            }
        }

        /// All errors, in the order of the table.
        pub const ENTRIES: &[Entry] = &[$(Entry {
            id: concat!("HWM-", stringify!($id)),
            code: $code,
            text: $text,
            cause: $cause,
            cure: $cure,
        }),*];
    };
}

errors! {
    E901 -101 Missing(what: &'static str) "{what} is missing: pass it or configure it first"
        cause "A mandatory argument is NULL or a mandatory setting is unset; names it."
        cure "Pass the argument, or configure the setting first."
    E902 -111 Invalid(what: &'static str) "{what} is outside its range"
        cause "A value outside its range; names it."
        cure "Pass a value within the range that the header or docs/configuration.md gives."
    E903 -102 NotAvailable(what: Detail) "{what} does not exist"
        cause "Something named does not exist (work directory, configuration item)."
        cure "Create it, or name one that exists."
    E904 -103 AlreadyInitialised "already initialised: call IOTA_Destroy before IOTA_Init"
        cause "`IOTA_Init` on a device that is initialised already."
        cure "Call IOTA_Destroy first."
    E905 -1 State(what: &'static str) "{what}"
        cause "The device is not in a state in which the call makes sense; says which."
        cure "Call in the order that the sentence asks for."
    E906 -1 Argument(what: &'static str) "refused: {what}"
        cause "An argument that the call refuses without a code of its own; says what is wrong with it."
        cure "Correct the argument."
    E907 -110 Json(what: &'static str) "{what} is not JSON"
        cause "A text that must be JSON is not; names it. Only where the C API has a code for it."
        cure "Pass a JSON text."
    E908 -105 Secret(why: &'static str) "no password can be made: {why}"
        cause "No password can be made: no secret, or a group secret that is not Base64."
        cure "Configure the secret as the platform gave it."
    E909 -106 Connect(why: Detail) "cannot connect: {why}"
        cause "The connection cannot be attempted with this configuration."
        cure "Correct what the sentence names."
    E910 -108 CertificateMissing(path: String) "certificate or key file not found: {path}"
        cause "A certificate or key file is missing; its path."
        cure "Put the file there, or configure the right path."
    E916 -108 RootsMissing(path: String)
        "{path} is missing: put the PEM certificate of the authority that signs the platform's there (the console gives it), or set item 111 to trust the system's authorities"
        cause "The first run over TLS: nothing says which certificate authority to trust."
        cure "Put the platform's root certificate there, or set `EN_IOTA_CFG_EXT_SYSTEM_ROOTS` (item 111) to 1."
    E911 -109 NotConnected "not connected"
        cause "`IOTA_DisConnect` without a connection."
        cure "Connect first."
    E912 -1 QueueFull "the queue of unsent messages is full: wait for publish callbacks or raise its limits"
        cause "The outbox is full (messages or bytes)."
        cure "Wait for publish callbacks, or raise the limits of the queue."
    E913 -1 Text(what: &'static str) "{what} is not valid UTF-8 or holds a character MQTT forbids"
        cause "The text is not UTF-8 or not a legal MQTT string; names it."
        cure "Pass UTF-8 without NUL and control characters."
    E915 -1 Memory "memory is too short for this payload, or no packet can hold it: send less at once"
        cause "Memory is too short for a payload, or it is larger than any MQTT packet."
        cure "Send less at once, or free memory."
    E914 -1 System(what: Detail) "{what}"
        cause "An operating system failure; what was tried and the system's text."
        cure "See the system's text: memory, threads, descriptors, permissions."
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::NotAvailable(detail) | Error::Connect(detail) | Error::System(detail) => detail.cause(),
            _ => None,
        }
    }
}

/// What the library's fallible calls return.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn the_error_behind_an_error_is_its_source() {
        use std::error::Error as _;
        let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let error = Error::System(Detail::because(format!("no thread: {denied}"), denied));
        assert_eq!(error.to_string(), "no thread: permission denied");
        let cause = error.clone();
        let cause = cause.source().unwrap().downcast_ref::<std::io::Error>().unwrap();
        assert_eq!(cause.kind(), std::io::ErrorKind::PermissionDenied);
        assert_eq!(error, Error::System("no thread: permission denied".into()));
        assert!(Error::NotConnected.source().is_none());
    }

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// docs/errors.md as the tables have it.
    fn document() -> String {
        let mut text = String::from(
            "# Errors and log lines\n\n\
             Written by `WRITE_ERRORS_MD=1 cargo test -p iotda-device --lib error::` from crates/base/src/lines.rs and \
             crates/iotda-device/src/error.rs;\nthe same test without the variable fails when this file differs. An ERROR \
             or WARNING line of the log ends with its identifier.\n\n\
             ## Lines of the log\n\n| identifier | level | text | cause | cure |\n|---|---|---|---|---|\n",
        );
        for line in base::lines::ENTRIES {
            let level = format!("{:?}", line.level).to_uppercase();
            let text_cell = line.text.replace('|', "\\|");
            text += &format!(
                "| {} | {level} | `{text_cell}` | {} | {} |\n",
                line.id, line.cause, line.cure
            );
        }
        text += "\n## Errors of calls\n\nTheir sentence is part of the lines above, as `{cause}`.\n\n\
                 | identifier | C code | text | cause | cure |\n|---|---|---|---|---|\n";
        for error in ENTRIES {
            text += &format!(
                "| {} | {} | `{}` | {} | {} |\n",
                error.id, error.code, error.text, error.cause, error.cure
            );
        }
        text
    }

    #[test]
    fn the_document_of_errors_is_that_of_the_tables() {
        let path = root().join("docs/errors.md");
        if std::env::var_os("WRITE_ERRORS_MD").is_some() {
            std::fs::write(&path, document()).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == document(),
            "docs/errors.md differs: WRITE_ERRORS_MD=1 cargo test -p iotda-device --lib error::"
        );
    }

    #[test]
    fn identifiers_stand_once() {
        let mut seen = std::collections::HashSet::new();
        let lines = base::lines::ENTRIES.iter().map(|line| line.id);
        for id in lines.chain(ENTRIES.iter().map(|error| error.id)) {
            assert!(seen.insert(id), "{id} stands twice");
        }
        assert_eq!(Error::Argument("x").code(), Error::State("x").code());
        assert_ne!(Error::Argument("x").id(), Error::State("x").id());
    }

    fn search(directory: &Path, found: &mut Vec<String>) -> usize {
        let mut files = 0;
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files += search(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                for bare in [concat!("base::err", "or!("), concat!("base::wa", "rn!(")] {
                    if text.contains(bare) {
                        found.push(format!("{}: {bare}", path.display()));
                    }
                }
            }
        }
        files
    }

    #[test]
    fn error_and_warning_lines_come_from_the_table() {
        let mut found = Vec::new();
        let files = search(&root().join("src"), &mut found) + search(&root().join("crates"), &mut found);
        assert!(files > 50, "only {files} files were read");
        assert!(found.is_empty(), "take these lines from base::lines: {found:#?}");
    }
}
