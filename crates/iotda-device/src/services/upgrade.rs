//! The default course of an upgrade: fetch the package, check it, tell the platform
//! (docs/spec/services.md#default-upgrade). To install it is left to the program.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::http::{Stop, Terms};
use super::ota::{self, Expected, Source};
use super::place::Directory;
use crate::error::{Detail, Error, Result};
use crate::protocol::uplink::event::{OtaVersion, UpgradeStatus};
use crate::transport::tls::web_client;

/// For how long a package download may stand still.
const PACKAGE_STALL: Duration = Duration::from_secs(1000);
/// For how long a package may take in all.
const PACKAGE_WITHIN: Duration = Duration::from_secs(6 * 3600);
/// The platform sees success this long after the download.
const BEFORE_SUCCESS: Duration = Duration::from_secs(3);

/// The answer to a version query of a program that answers none: the library knows no version of the program's, so it says
/// the C SDK's. `object` is the device that the query is about, `None` for this one.
pub fn default_version(object: Option<&[u8]>) -> OtaVersion<'_> {
    OtaVersion {
        sw_version: Some(b"v1.0"),
        fw_version: Some(b"v1.0"),
        object_device_id: object,
        ..OtaVersion::default()
    }
}

/// Where a device's packages go, and whom it trusts to have them.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// Item 125; `None` for the current directory.
    pub directory: Option<Vec<u8>>,
    /// Its `conf/rootcert.pem` counts beside the system's store.
    pub work_dir: Option<PathBuf>,
}

impl Packages {
    /// Downloads a package; where the source names no directory, into that of item 125, made if it is missing. It fails when
    /// no byte comes for `stall`.
    pub fn download(
        &self,
        source: &Source<'_>,
        stall: Duration,
        stop: &Stop,
        named: &mut dyn FnMut(&[u8]),
    ) -> Result<()> {
        let directory = match (source.directory, &self.directory) {
            (None, Some(default)) => {
                let failed = |e| {
                    let text = format!("the download directory of item 125 ({e})");
                    Error::NotAvailable(Detail::because(text, e))
                };
                Directory::create(Path::new(OsStr::from_bytes(default))).map_err(failed)?;
                Some(default.as_slice())
            }
            (given, _) => given,
        };
        let root = self
            .work_dir
            .as_ref()
            .map(|work_dir| work_dir.join("conf/rootcert.pem"));
        let terms = Terms {
            trust: &|| web_client(root.as_deref()),
            stall,
            total: Some(PACKAGE_WITHIN.max(stall)),
            stop,
        };
        let own = source.directory.is_none() && self.directory.is_some();
        ota::download(
            &Source {
                directory,
                own,
                ..*source
            },
            &terms,
            named,
        )
    }
}

/// What the platform offers, as far as an upgrade needs it.
#[derive(Default)]
pub struct Offer {
    /// The device to upgrade; `None` for this one.
    pub object_device_id: Option<Vec<u8>>,
    pub version: Option<Vec<u8>>,
    pub url: Option<Zeroizing<Vec<u8>>>,
    pub token: Option<Zeroizing<Vec<u8>>>,
    pub sign: Option<Vec<u8>>,
    /// 0 when unknown.
    pub size: u64,
}

/// How an upgrade ended, as the platform is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Success,
    NoPackage,
    /// It has another size or digest than announced.
    WrongPackage,
}

impl Offer {
    /// Downloads the package. Success is told a little later, as programs with an installer take their time.
    pub fn follow(&self, packages: &Packages, stop: &Stop) -> Verdict {
        if self.sign.as_ref().is_none_or(Vec::is_empty) {
            base::lines::upgrade_unsigned();
        }
        match self.fetch(packages, stop) {
            Ok(()) => {
                stop.sleep(BEFORE_SUCCESS);
                Verdict::Success
            }
            Err(cause) => {
                base::lines::upgrade_failed(&cause);
                match cause {
                    Error::Argument(_) => Verdict::WrongPackage,
                    _ => Verdict::NoPackage,
                }
            }
        }
    }

    fn fetch(&self, packages: &Packages, stop: &Stop) -> Result<()> {
        let source = Source {
            url: self.url.as_ref().ok_or(Error::Missing("the URL"))?,
            token: self.token.as_ref().map(|token| token.as_slice()),
            directory: None,
            own: false,
            expected: Expected {
                sign: self.sign.as_deref(),
                size: self.size,
            },
        };
        packages.download(&source, PACKAGE_STALL, stop, &mut |_| {})
    }

    /// What the platform is told.
    pub fn status(&self, verdict: Verdict) -> UpgradeStatus<'_> {
        let (result_code, progress, description): (_, _, &[u8]) = match verdict {
            Verdict::Success => (0, 100, b"success"),
            Verdict::NoPackage => (1, 0, b"failed"),
            Verdict::WrongPackage => (7, 0, b"failed"),
        };
        UpgradeStatus {
            result_code,
            progress,
            description: Some(description),
            object_device_id: self.object_device_id.as_deref(),
            version: self.version.as_deref(),
            ..UpgradeStatus::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_without_an_address_is_no_package() {
        let offer = Offer {
            version: Some(b"v2".to_vec()),
            ..Offer::default()
        };
        let verdict = offer.follow(&Packages::default(), &Stop::default());
        assert_eq!(verdict, Verdict::NoPackage);
        let status = offer.status(verdict);
        assert_eq!(
            (status.result_code, status.progress, status.version),
            (1, 0, Some(&b"v2"[..]))
        );
    }

    #[test]
    fn the_directory_of_item_125_is_made_and_one_that_cannot_be_is_no_package() {
        let place = tempfile::tempdir().unwrap();
        let offer = Offer {
            url: Some(Zeroizing::new(b"https://127.0.0.1:1/p.bin?x".to_vec())),
            ..Offer::default()
        };
        let at = |name: &str| Packages {
            directory: Some(place.path().join(name).as_os_str().as_bytes().to_vec()),
            work_dir: None,
        };
        let stop = Stop::default();
        stop.set(); // nothing is dialled
        assert_eq!(offer.follow(&at("new"), &stop), Verdict::NoPackage);
        assert!(place.path().join("new").is_dir());
        std::fs::write(place.path().join("file"), "").unwrap();
        assert_eq!(offer.follow(&at("file"), &stop), Verdict::NoPackage);
        assert!(place.path().join("file").is_file());
    }
}
