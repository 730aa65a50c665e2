//! Requests for the URL of a file to upload or download, and the reports of such transfers.

use super::event::{payload, up};
use super::{Arg, Message};
use crate::error::{Error, Result};
use crate::protocol::service_ids;
use crate::protocol::time::UnixMs;
use crate::protocol::topics::Origin;

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Upload,
    Download,
}

/// A file to transfer.
#[derive(Clone, Copy, Debug, Default)]
pub struct File<'a> {
    /// A path; its last component is sent.
    pub file_name: Arg<'a>,
    pub hash_code: Arg<'a>,
    pub size: i64,
}

impl<'a> File<'a> {
    /// The name that is sent.
    pub fn name(&self) -> Option<&'a [u8]> {
        self.file_name.map(base_name)
    }
}

/// `IOTA_GetUploadFileUrl`, `IOTA_GetDownloadFileUrl`, and their bridge forms. Size and hash stand beside an empty `file_attributes`,
/// as the C SDK sends them.
pub fn url_request(origin: Origin<'_>, direction: Direction, file: Option<&File<'_>>, now: UnixMs) -> Result<Message> {
    let file = file.ok_or(Error::Argument("the file description is NULL"))?;
    let name = base_name(file.file_name.ok_or(Error::Argument("file_name is NULL"))?);
    let event_type: &[u8] = match direction {
        Direction::Upload => b"get_upload_url",
        Direction::Download => b"get_download_url",
    };
    let payload = payload(None, |service| {
        service.of(service_ids::FILE_MANAGER).event_type(event_type);
        service.event_time(Some(now.event_time().as_bytes())).paras(|w| {
            w.text_member("file_name", Some(name));
            if file.hash_code.is_some() || file.size != 0 {
                w.key(b"file_attributes");
                w.begin_object();
                w.end_object();
                w.int_member("size", file.size);
                w.text_member("hash_code", file.hash_code);
            }
        });
    })?;
    up(origin, payload)
}

/// POSIX `basename`.
fn base_name(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let Some(end) = path.iter().rposition(|b| *b != b'/') else {
        return b"/";
    };
    let path = path.get(..=end).unwrap_or_default();
    path.rsplit(|b| *b == b'/').next().unwrap_or_default()
}

/// How a transfer ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct TransferResult<'a> {
    pub object_device_id: Arg<'a>,
    pub object_name: Arg<'a>,
    pub result_code: i32,
    /// The HTTP status.
    pub status_code: i32,
    pub status_description: Arg<'a>,
}

/// `IOTA_UploadFileResultReport`, `IOTA_DownloadFileResultReport`.
pub fn result_report(own: &str, direction: Direction, result: &TransferResult<'_>, now: UnixMs) -> Result<Message> {
    let name = result.object_name.ok_or(Error::Argument("object_name is NULL"))?;
    let event_type: &[u8] = match direction {
        Direction::Upload => b"upload_result_report",
        Direction::Download => b"download_result_report",
    };
    let payload = payload(result.object_device_id, |service| {
        service
            .event_time(Some(now.event_time().as_bytes()))
            .of(service_ids::FILE_MANAGER);
        service.event_type(event_type).paras(|w| {
            w.int_member("result_code", result.result_code.into());
            w.text_member("object_name", Some(name));
            w.int_member("status_code", result.status_code.into());
            w.text_member("status_description", result.status_description);
        });
    })?;
    up(Origin::Device(own), payload)
}

#[cfg(test)]
mod tests {
    #[test]
    fn base_name() {
        for (path, want) in [
            ("/x/y.jpg", "y.jpg"),
            ("dir/", "dir"),
            ("x//a//", "a"),
            ("/", "/"),
            ("//", "/"),
            ("", "."),
            ("a\\b", "a\\b"),
        ] {
            assert_eq!(super::base_name(path.as_bytes()), want.as_bytes(), "{path}");
        }
    }
}
