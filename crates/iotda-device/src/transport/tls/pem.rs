//! PEM files: certificates and keys with their headers (traditional encrypted keys carry their cipher in one).

use base64::Engine;
use zeroize::Zeroizing;

/// One `-----BEGIN …-----` block.
pub(super) struct Block {
    pub(super) label: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) der: Zeroizing<Vec<u8>>,
}

impl Block {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Some editors put it before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a file without a PEM block seems to hold instead, and the cure; "" where nothing is known.
pub(super) fn instead(text: &[u8]) -> &'static str {
    match text {
        [] => ": it is empty",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            ": it is UTF-16, as Windows editors save it; save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8"
        }
        [0x30, 0x80..=0x84, ..] => {
            ": it is DER, the binary form; convert it: openssl x509 -inform der (openssl pkey -inform der for a key)"
        }
        _ if text.windows(6).any(|part| part == b"-----B") => ": what is there is damaged; copy the file again",
        _ => "",
    }
}

/// All well-formed blocks of a file, in order; text around them is ignored.
pub(super) fn blocks(text: &[u8]) -> Vec<Block> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let text = Zeroizing::new(String::from_utf8_lossy(text).into_owned());
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let label = line
            .strip_prefix("-----BEGIN ")
            .and_then(|rest| rest.strip_suffix("-----"));
        let Some(label) = label else { continue };
        let end = format!("-----END {label}-----");
        let mut headers = Vec::new();
        let mut body = Zeroizing::new(String::new());
        let mut closed = false;
        for line in lines.by_ref() {
            if line == end {
                closed = true;
                break;
            }
            match line.split_once(':') {
                Some((name, value)) => headers.push((name.trim().to_owned(), value.trim().to_owned())),
                None => body.push_str(line),
            }
        }
        let der = base64::engine::general_purpose::STANDARD.decode(body.as_bytes());
        if let (true, Ok(der)) = (closed, der) {
            found.push(Block {
                label: label.to_owned(),
                headers,
                der: Zeroizing::new(der),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_blocks_between_other_text() {
        let text = b"subject=x\n-----BEGIN CERTIFICATE-----\r\nAQID\r\nBA==\r\n-----END CERTIFICATE-----\n\
            -----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nBQY=\n\
            -----END RSA PRIVATE KEY-----\n-----BEGIN BAD-----\n!!\n-----END BAD-----\n-----BEGIN OPEN-----\nAQID\n";
        let found = blocks(text);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].label.as_str(), found[0].der.as_slice()),
            ("CERTIFICATE", &[1, 2, 3, 4][..])
        );
        assert_eq!(found[1].header("DEK-Info"), Some("AES-128-CBC,00"));
        assert_eq!(found[1].der.as_slice(), [5, 6]);
        assert!(blocks(b"\xff\xfe").is_empty());
        let marked = [
            BYTE_ORDER_MARK,
            b"-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n",
        ]
        .concat();
        assert_eq!(blocks(&marked).len(), 1);
    }

    #[test]
    fn what_is_no_pem_is_named() {
        for (text, word) in [
            (&b"\xff\xfe-\0-\0"[..], "UTF-16"),
            (b"\x30\x82\x01\x00", "DER"),
            (b"-----BEGIN CERTIFICATE-----\n*", "damaged"),
            (b"", "empty"),
        ] {
            assert!(instead(text).contains(word), "{word}");
        }
        assert_eq!(instead(b"hello"), "");
    }
}
