//! Login rules: who may connect. Client id grammar, password, time stamp and client certificate are checked here,
//! without I/O, so that each refusal can be tested by itself.

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, Mac};
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::iotda::devices::{Credential, Device};

/// Longest difference between the hour of the time stamp and the platform's hour, in hours.
const STAMP_TOLERANCE_H: i64 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// HMAC-SHA256, time stamp not compared with the clock.
    Unchecked,
    Sha256,
    Sm3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Device,
    Bridge,
}

/// What a client id says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientId {
    pub id: String,
    pub kind: Kind,
    /// Scope of a group bootstrap.
    pub scope: Option<String>,
    /// Absent in the certificate form of a group bootstrap.
    pub stamp: Option<(Sign, String)>,
}

/// Why a login was refused. `code` is the return code of MQTT 3.1.1, `code_v5` the reason code of MQTT 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: u8,
    pub code_v5: u8,
    pub reason: String,
}

impl Refusal {
    pub fn version(level: u8, name: &str) -> Refusal {
        Refusal {
            code: 1,
            code_v5: 0x84,
            reason: format!("protocol {name:?} level {level} is not served"),
        }
    }
    pub fn client_id(reason: impl Into<String>) -> Refusal {
        Refusal {
            code: 2,
            code_v5: 0x85,
            reason: reason.into(),
        }
    }
    pub fn credentials(reason: impl Into<String>) -> Refusal {
        Refusal {
            code: 4,
            code_v5: 0x86,
            reason: reason.into(),
        }
    }
    pub fn not_authorized(reason: impl Into<String>) -> Refusal {
        Refusal {
            code: 5,
            code_v5: 0x87,
            reason: reason.into(),
        }
    }
}

fn is_stamp(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit())
}

fn sign(text: &str) -> Result<Sign, Refusal> {
    match text {
        "0" => Ok(Sign::Unchecked),
        "1" => Ok(Sign::Sha256),
        "2" => Ok(Sign::Sm3),
        other => Err(Refusal::client_id(format!(
            "sign type {other:?} in the client id is not 0, 1 or 2"
        ))),
    }
}

/// Reads a client id. The user name is needed because device and scope ids may contain underscores themselves.
pub fn parse_client_id(client_id: &str, username: &str) -> Result<ClientId, Refusal> {
    if username.is_empty() {
        return Err(Refusal::credentials("no user name"));
    }
    if client_id.len() > 256 {
        return Err(Refusal::client_id("client id longer than 256 bytes"));
    }
    let rest = client_id
        .strip_prefix(username)
        .and_then(|r| r.strip_prefix('_'))
        .ok_or_else(|| Refusal::client_id("client id does not begin with the user name and an underscore"))?;
    let (kind, rest) = match (rest.strip_prefix("0_"), rest.strip_prefix("3_")) {
        (Some(rest), _) => (Kind::Device, rest),
        (_, Some(rest)) => (Kind::Bridge, rest),
        _ => {
            return Err(Refusal::client_id(
                "the kind after the id is neither 0 (device) nor 3 (bridge)",
            ));
        }
    };
    let id = username.to_string();
    let mut parts = rest.rsplitn(3, '_');
    let last = parts.next().unwrap_or_default();
    let before = parts.next();
    let scope = parts.next();
    let form = match (before, is_stamp(last)) {
        (Some(stamp), true) => ClientId {
            id,
            kind,
            scope: scope.map(str::to_string),
            stamp: Some((sign(stamp)?, last.to_string())),
        },
        // The certificate form of a group bootstrap: nothing but the scope.
        _ if kind == Kind::Device && !rest.is_empty() && !rest.chars().all(|c| c.is_ascii_digit() || c == '_') => {
            ClientId {
                id,
                kind,
                scope: Some(rest.to_string()),
                stamp: None,
            }
        }
        _ => {
            return Err(Refusal::client_id(
                "client id does not end in sign type and ten-digit time stamp",
            ));
        }
    };
    if form.kind == Kind::Bridge && form.scope.is_some() {
        return Err(Refusal::client_id("a bridge has no scope"));
    }
    Ok(form)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Lower-case hexadecimal SHA-256 of a certificate in DER: the fingerprint devices are registered with.
pub fn fingerprint(der: &[u8]) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(der))
}

fn mac(sign: Sign, key: &[u8], message: &[u8]) -> String {
    // HMAC takes a key of any length, so the constructors cannot fail.
    match sign {
        Sign::Sm3 => Hmac::<sm3::Sm3>::new_from_slice(key)
            .map(|mut m| {
                m.update(message);
                hex(&m.finalize().into_bytes())
            })
            .unwrap_or_default(),
        Sign::Unchecked | Sign::Sha256 => Hmac::<sha2::Sha256>::new_from_slice(key)
            .map(|mut m| {
                m.update(message);
                hex(&m.finalize().into_bytes())
            })
            .unwrap_or_default(),
    }
}

/// Password of a device or bridge: the time stamp is the key, the secret the message.
pub fn password(sign: Sign, stamp: &str, secret: &str) -> String {
    mac(sign, stamp.as_bytes(), secret.as_bytes())
}

/// Password of a group bootstrap; None when the group secret is not Base64.
pub fn group_password(sign: Sign, stamp: &str, device: &str, group_secret: &str) -> Option<String> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let secret = GeneralPurpose::new(&base64::alphabet::STANDARD, config)
        .decode(group_secret)
        .ok()?;
    let inner = mac(sign, device.as_bytes(), &secret);
    Some(mac(sign, stamp.as_bytes(), inner.as_bytes()))
}

/// Compares whole hours: the stamp has no minutes.
fn check_stamp(stamp: &str, now: OffsetDateTime) -> Result<(), Refusal> {
    let format = format_description!("[year][month][day][hour][minute]");
    let stamped = PrimitiveDateTime::parse(&format!("{stamp}00"), &format)
        .map_err(|_| Refusal::credentials(format!("{stamp} is not a time")))?
        .assume_utc();
    let hours = now.unix_timestamp().div_euclid(3600) - stamped.unix_timestamp().div_euclid(3600);
    if hours.abs() > STAMP_TOLERANCE_H {
        return Err(Refusal::credentials(format!(
            "time stamp {stamp} is {hours} h away from the platform's clock"
        )));
    }
    Ok(())
}

/// The facts of one login attempt.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    pub client_id: &'a str,
    pub username: &'a str,
    pub password: Option<&'a str>,
    /// Fingerprint of the verified client certificate.
    pub certificate: Option<&'a str>,
    pub now: OffsetDateTime,
}

/// Decides on an attempt. `device` and `scope` look up what is registered.
pub fn check<'d>(
    attempt: Attempt<'_>,
    device: impl Fn(&str) -> Option<&'d Device>,
    scope: impl Fn(&str) -> Option<&'d str>,
) -> Result<ClientId, Refusal> {
    let form = parse_client_id(attempt.client_id, attempt.username)?;
    let expected = match &form.scope {
        Some(name) => {
            let secret = scope(name).ok_or_else(|| Refusal::credentials(format!("scope {name:?} is not known")))?;
            match &form.stamp {
                Some((sign, stamp)) => Some(
                    group_password(*sign, stamp, &form.id, secret)
                        .ok_or_else(|| Refusal::credentials("the scope's group secret is not Base64"))?,
                ),
                None => None,
            }
        }
        None => {
            let device = device(&form.id).ok_or_else(|| Refusal::credentials("device is not registered"))?;
            if device.frozen {
                return Err(Refusal::not_authorized("device is frozen"));
            }
            if (form.kind == Kind::Bridge) != device.bridge {
                return Err(Refusal::not_authorized(format!(
                    "registered with bridge = {}",
                    device.bridge
                )));
            }
            match (&device.credential, &form.stamp) {
                (Credential::Secret(secret), Some((sign, stamp))) => Some(password(*sign, stamp, secret)),
                (Credential::Certificate(wanted), _) => {
                    let shown = attempt
                        .certificate
                        .ok_or_else(|| Refusal::not_authorized("registered with a certificate, showed none"))?;
                    if wanted.as_ref().is_some_and(|w| !w.eq_ignore_ascii_case(shown)) {
                        return Err(Refusal::not_authorized(
                            "showed another certificate than the registered one",
                        ));
                    }
                    None
                }
                (Credential::Secret(_), None) => return Err(Refusal::client_id("time stamp missing")),
            }
        }
    };
    match (expected, attempt.password) {
        (Some(expected), Some(given)) if expected == given => {}
        (Some(_), Some(_)) => return Err(Refusal::credentials("wrong password")),
        (Some(_), None) => return Err(Refusal::credentials("no password")),
        (None, None) => {}
        (None, Some(_)) => return Err(Refusal::credentials("a password where a certificate is registered")),
    }
    if form.scope.is_some() && form.stamp.is_none() && attempt.certificate.is_none() {
        return Err(Refusal::not_authorized("bootstrap by certificate, showed none"));
    }
    match &form.stamp {
        Some((Sign::Sha256 | Sign::Sm3, stamp)) => check_stamp(stamp, attempt.now)?,
        Some((Sign::Unchecked, _)) | None => {}
    }
    Ok(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const ID: &str = "5e06bfee334dd4f33759f5b3_node01";
    const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
    const PASSWORD: &str = "04b4db9d7653a947ef626d067ff305d27516dc943408a7d4df1dafe0da0d5ce4";
    const NOW: OffsetDateTime = datetime!(2024-06-01 08:20 UTC);

    fn attempt(client_id: &str, password: Option<&str>, now: OffsetDateTime) -> Result<ClientId, Refusal> {
        let device = Device::with_secret(ID, SECRET);
        check(
            Attempt {
                client_id,
                username: ID,
                password,
                certificate: None,
                now,
            },
            |id| (id == ID).then_some(&device),
            |_| None,
        )
    }

    fn code(result: Result<ClientId, Refusal>) -> u8 {
        result.map_or_else(|refusal| refusal.code, |_| 0)
    }

    #[test]
    fn right_password_enters() {
        assert_eq!(code(attempt(&format!("{ID}_0_0_2024060108"), Some(PASSWORD), NOW)), 0);
        assert_eq!(code(attempt(&format!("{ID}_0_1_2024060108"), Some(PASSWORD), NOW)), 0);
    }

    #[test]
    fn each_refusal_has_its_code() {
        let good = format!("{ID}_0_0_2024060108");
        assert_eq!(code(attempt(&good, Some(&PASSWORD.replace('0', "1")), NOW)), 4);
        assert_eq!(code(attempt(&good, Some(&PASSWORD.to_uppercase()), NOW)), 4);
        assert_eq!(code(attempt(&good, None, NOW)), 4);
        for bad in [
            ID.to_string(),
            format!("{ID}_"),
            format!("{ID}_0_0_202406010"),
            format!("{ID}_0_0_20240601080"),
            format!("{ID}_1_0_2024060108"),
            format!("{ID}_0_3_2024060108"),
            format!("{ID}_0_2024060108"),
            "other_0_0_2024060108".to_string(),
        ] {
            assert_eq!(code(attempt(&bad, Some(PASSWORD), NOW)), 2, "{bad}");
        }
        assert_eq!(code(attempt(&format!("{ID}_3_0_2024060108"), Some(PASSWORD), NOW)), 5);
    }

    #[test]
    fn stamp_is_compared_only_where_the_sign_type_asks() {
        let unchecked = format!("{ID}_0_0_2024060108");
        let checked = format!("{ID}_0_1_2024060108");
        for (now, expected) in [
            (datetime!(2024-06-01 07:00 UTC), 0),
            (datetime!(2024-06-01 09:59 UTC), 0),
            (datetime!(2024-06-01 06:59 UTC), 4),
            (datetime!(2024-06-01 10:00 UTC), 4),
            (datetime!(2025-06-01 08:00 UTC), 4),
        ] {
            assert_eq!(code(attempt(&unchecked, Some(PASSWORD), now)), 0);
            assert_eq!(code(attempt(&checked, Some(PASSWORD), now)), expected, "{now}");
        }
    }

    #[test]
    fn stamp_that_is_no_time_is_refused_only_when_checked() {
        let stamp = "2024060124";
        let secret_password = password(Sign::Sha256, stamp, SECRET);
        assert_eq!(
            code(attempt(&format!("{ID}_0_0_{stamp}"), Some(&secret_password), NOW)),
            0
        );
        assert_eq!(
            code(attempt(&format!("{ID}_0_1_{stamp}"), Some(&secret_password), NOW)),
            4
        );
    }

    #[test]
    fn certificate_devices() {
        let mut device = Device::with_secret(ID, SECRET);
        device.credential = Credential::Certificate(Some("AB".into()));
        let id = format!("{ID}_0_0_2024060108");
        let run = |password, certificate| {
            code(check(
                Attempt {
                    client_id: &id,
                    username: ID,
                    password,
                    certificate,
                    now: NOW,
                },
                |_| Some(&device),
                |_| None,
            ))
        };
        assert_eq!(run(None, Some("ab")), 0);
        assert_eq!(run(None, Some("cd")), 5);
        assert_eq!(run(None, None), 5);
        assert_eq!(run(Some(PASSWORD), Some("ab")), 4);
    }

    #[test]
    fn vectors() {
        let text = include_str!("../../tests/vectors/connect.json");
        let cases: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
        let mut checked = 0;
        for case in &cases {
            let expect = &case["expect"];
            let (client_id, username) = (
                expect["client_id"].as_str().unwrap(),
                expect["username"].as_str().unwrap(),
            );
            let item = |name: &str| {
                case["config"]["items"][format!("EN_IOTA_CFG_{name}")]
                    .as_str()
                    .map(str::to_string)
            };
            let now = OffsetDateTime::from_unix_timestamp(case["unix_time"].as_i64().unwrap()).unwrap();
            let given = expect["password"].as_str();
            let secret = case["config"]["environment"]["IOTDA_MQTTC_PASSWOROD"]
                .as_str()
                .map(str::to_string)
                .or(item("DEVICESECRET"))
                .unwrap_or_default();
            let mut device = Device::with_secret(username, &secret);
            device.bridge = client_id.starts_with(&format!("{username}_3_"));
            if given.is_none() {
                device.credential = Credential::Certificate(None);
            }
            let group = item("BS_GROUP_SECRET").unwrap_or_default();
            let scope = item("BS_SCOPE_ID").unwrap_or_default();
            let certificate = given.is_none().then_some("aa");
            let result = check(
                Attempt {
                    client_id,
                    username,
                    password: given,
                    certificate,
                    now,
                },
                |id| (id == username).then_some(&device),
                |name| (name == scope).then_some(group.as_str()),
            );
            assert!(result.is_ok(), "{}: {result:?}", case["name"]);
            checked += 1;
        }
        assert_eq!(checked, 38);
    }
}
