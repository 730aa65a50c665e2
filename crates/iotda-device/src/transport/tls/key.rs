//! The device's private key: plain, PKCS#8 with a password, or OpenSSL's traditional encrypted PEM. Never prompts.

use std::fmt;

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, KeyIvInit};
use md5::{Digest, Md5};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use zeroize::Zeroizing;

use super::pem::{self, Block};
use crate::error::debug_as_display;
use crate::transport::secret::Secret;

/// Why a private key cannot be used.
#[derive(Clone, PartialEq, Eq)]
pub enum KeyFault {
    /// None in the file, and what it seems to hold instead.
    Absent(&'static str),
    OldCipher,
    WrongPassword,
    NoPassword,
    Header,
    Cipher(String),
    Kind(String),
}

debug_as_display!(KeyFault);

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyFault::Absent(instead) => return write!(f, "it holds no PEM private key{instead}"),
            KeyFault::Cipher(name) => return write!(f, "its cipher {name} is not supported"),
            KeyFault::Kind(label) => return write!(f, "a {label} is not supported"),
            KeyFault::OldCipher => {
                "its encryption is damaged or of an old kind (PBES1): convert it with `openssl pkcs8 -topk8`"
            }
            KeyFault::WrongPassword => {
                "the key password (item 12) is wrong: set the one that the key was encrypted with"
            }
            KeyFault::NoPassword => "it is encrypted and no key password (item 12) is set",
            KeyFault::Header => "its DEK-Info header is damaged",
        })
    }
}

impl std::error::Error for KeyFault {}

/// Reads the first private key of a PEM file.
pub(super) fn read(text: &[u8], password: Option<&Secret>) -> Result<PrivateKeyDer<'static>, KeyFault> {
    let blocks = pem::blocks(text);
    let block = blocks
        .iter()
        .find(|block| block.label.ends_with("PRIVATE KEY"))
        .ok_or_else(|| KeyFault::Absent(pem::instead(text)))?;
    if block.label == "ENCRYPTED PRIVATE KEY" {
        let encrypted =
            pkcs8::EncryptedPrivateKeyInfo::try_from(block.der.as_slice()).map_err(|_| KeyFault::OldCipher)?;
        let plain = encrypted
            .decrypt(needed(password)?.expose())
            .map_err(|_| KeyFault::WrongPassword)?;
        return Ok(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(
            plain.as_bytes().to_vec(),
        )));
    }
    let der = match block.header("DEK-Info") {
        Some(info) => decrypt(block, info, needed(password)?)?,
        None => block.der.to_vec(),
    };
    match block.label.as_str() {
        "PRIVATE KEY" => Ok(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der))),
        "RSA PRIVATE KEY" => Ok(PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(der))),
        "EC PRIVATE KEY" => Ok(PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(der))),
        label => Err(KeyFault::Kind(label.to_owned())),
    }
}

fn needed(password: Option<&Secret>) -> Result<&Secret, KeyFault> {
    password
        .filter(|password| !password.is_empty())
        .ok_or(KeyFault::NoPassword)
}

/// `Proc-Type: 4,ENCRYPTED`: the key is the MD5 of password and IV, as OpenSSL derives it.
fn decrypt(block: &Block, info: &str, password: &Secret) -> Result<Vec<u8>, KeyFault> {
    let (cipher, iv) = info.split_once(',').ok_or(KeyFault::Header)?;
    let iv = unhex(iv.trim()).ok_or(KeyFault::Header)?;
    let data = block.der.as_slice();
    let plain = match cipher.trim() {
        "AES-128-CBC" => cbc::<aes::Aes128>(data, &iv, password, 16),
        "AES-192-CBC" => cbc::<aes::Aes192>(data, &iv, password, 24),
        "AES-256-CBC" => cbc::<aes::Aes256>(data, &iv, password, 32),
        "DES-EDE3-CBC" => cbc::<des::TdesEde3>(data, &iv, password, 24),
        "DES-CBC" => cbc::<des::Des>(data, &iv, password, 8),
        other => return Err(KeyFault::Cipher(other.to_owned())),
    };
    // A wrong password passes the padding check once in 256 times; a key then still has to start as a SEQUENCE.
    plain
        .filter(|plain| plain.first() == Some(&0x30))
        .ok_or(KeyFault::WrongPassword)
}

fn cbc<C>(data: &[u8], iv: &[u8], password: &Secret, key_size: usize) -> Option<Vec<u8>>
where
    C: BlockDecryptMut + aes::cipher::BlockCipher + aes::cipher::KeyInit,
{
    let key = derive(password, iv.get(..8)?, key_size);
    let cipher = cbc::Decryptor::<C>::new_from_slices(&key, iv).ok()?;
    let mut buffer = Zeroizing::new(data.to_vec());
    cipher.decrypt_padded_mut::<Pkcs7>(&mut buffer).ok().map(<[u8]>::to_vec)
}

fn derive(password: &Secret, salt: &[u8], size: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(48));
    let mut last: Option<[u8; 16]> = None;
    while key.len() < size {
        let mut hash = Md5::new();
        if let Some(last) = last {
            hash.update(last);
        }
        hash.update(password.expose());
        hash.update(salt);
        let block: [u8; 16] = hash.finalize().into();
        key.extend_from_slice(&block);
        last = Some(block);
    }
    key.truncate(size);
    key
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() % 2 != 0 {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by OpenSSL 3 for these tests, with the password "pw"; they guard nothing.
    macro_rules! fixture {
        ($name:literal) => {
            include_bytes!(concat!("../../../../../tests/fixtures/keys/", $name)).as_slice()
        };
    }

    fn usable(key: &PrivateKeyDer<'static>) -> bool {
        rustls::crypto::ring::sign::any_supported_type(key).is_ok()
    }

    #[test]
    fn keys_as_openssl_writes_them() {
        let password = Secret::new("pw");
        for (text, encrypted) in [
            (fixture!("rsa.pem"), false),
            (fixture!("ec.pem"), false),
            (fixture!("pkcs8-plain.pem"), false),
            (fixture!("rsa-aes128.pem"), true),
            (fixture!("rsa-aes256.pem"), true),
            (fixture!("rsa-des3.pem"), true),
            (fixture!("ec-aes256.pem"), true),
            (fixture!("pkcs8-default.pem"), true),
            (fixture!("pkcs8-des3-sha1.pem"), true),
        ] {
            assert!(usable(&read(text, Some(&password)).unwrap()));
            if encrypted {
                assert_eq!(
                    read(text, Some(&Secret::new("wrong"))).unwrap_err(),
                    KeyFault::WrongPassword
                );
                for none in [None, Some(&Secret::new(""))] {
                    assert!(read(text, none).unwrap_err().to_string().contains("no key password"));
                }
            } else {
                assert!(usable(&read(text, None).unwrap()));
            }
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let password = Secret::new("pw");
        let why = |text: &str| read(text.as_bytes(), Some(&password)).unwrap_err().to_string();
        assert!(why("").contains("no PEM private key"));
        let pem = |headers: &str| {
            format!("-----BEGIN RSA PRIVATE KEY-----\n{headers}\nAAAA\n-----END RSA PRIVATE KEY-----\n")
        };
        assert!(why(&pem("DEK-Info: ROT13,00")).contains("ROT13"));
        assert!(why(&pem("DEK-Info: AES-128-CBC")).contains("damaged"));
        assert!(why(&pem("DEK-Info: AES-128-CBC,zz")).contains("damaged"));
        assert_eq!(
            why(&pem("DEK-Info: AES-128-CBC,00")),
            KeyFault::WrongPassword.to_string()
        );
        let dsa = "-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n";
        assert!(why(dsa).contains("DSA"));
        let damaged = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert!(why(damaged).contains("damaged"));
        let old = read(fixture!("pkcs8-pbes1.pem"), Some(&password))
            .unwrap_err()
            .to_string();
        assert!(old.contains("PBES1"), "{old}");
    }
}
