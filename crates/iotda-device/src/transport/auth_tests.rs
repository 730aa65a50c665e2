use super::*;
use serde_json::Value;

const D: &str = "5e06bfee334dd4f33759f5b3_node01";
const S: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";

fn item(case: &Value, name: &str) -> Option<String> {
    match &case["config"]["items"][format!("EN_IOTA_CFG_{name}")] {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

fn identity(case: &Value) -> Identity {
    let number = |name| item(case, name).map_or(0, |v| v.parse::<u32>().unwrap());
    let scope = item(case, "BS_SCOPE_ID").unwrap_or_default();
    let login = match (number("BS_MODE") != 0, number("AUTH_MODE") != 0) {
        (false, false) => Login::Secret(Secret::new(item(case, "DEVICESECRET").unwrap())),
        (false, true) => Login::Certificate,
        (true, false) => Login::GroupSecret {
            scope,
            secret: decode_group_secret(&item(case, "BS_GROUP_SECRET").unwrap()).unwrap(),
        },
        (true, true) => Login::GroupCertificate { scope },
    };
    let bridge = case["config"]["api"] == "IOTA_BridgeConnect" || number("BRIDGE_MODE") != 0;
    let now = case["unix_time"].as_i64().unwrap();
    Identity::new(
        item(case, "DEVICEID").unwrap(),
        login,
        bridge,
        i64::from(number("CHECK_STAMP_METHOD")).into(),
        now,
    )
}

#[test]
fn connect_vectors() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../../../tests/vectors/connect.json")).expect("vectors parse");
    assert!(cases.len() >= 35);
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let now = case["unix_time"].as_i64().unwrap();
        assert_eq!(timestamp(now), case["timestamp"].as_str().unwrap(), "{name}");
        let credentials = identity(case).credentials(now);
        let expect = &case["expect"];
        assert_eq!(credentials.client_id, expect["client_id"].as_str().unwrap(), "{name}");
        assert_eq!(credentials.user, expect["username"].as_str().unwrap(), "{name}");
        let password = credentials
            .password
            .map(|p| String::from_utf8(p.expose().to_vec()).unwrap());
        assert_eq!(password.as_deref(), expect["password"].as_str(), "{name}");
    }
}

#[test]
fn worked_examples() {
    let mac = |number: i64, stamp: &str, secret: &str| {
        String::from_utf8(password(number.into(), stamp, secret.as_bytes()).expose().to_vec()).unwrap()
    };
    let sha = "04b4db9d7653a947ef626d067ff305d27516dc943408a7d4df1dafe0da0d5ce4";
    assert_eq!(mac(0, "2024060108", S), sha);
    assert_eq!(mac(1, "2024060108", S), sha);
    assert_eq!(
        mac(2, "2024060110", S),
        "0d3087e283b349b60de98c507e93e9022b99915b54fcd6cceeba61933214d1e9"
    );
    assert_eq!(
        mac(2, "2024060109", S),
        "83ae9dc0ef2e3718c4b68348cddc8aa7a244db6fd36edd434ba9412ed65d2f3a"
    );
    assert_eq!(
        mac(0, "2025010100", "a"),
        "84ba475dad023b293a94ce39f9ad0929abb39ec2091beb1cfdaa245e03c82149"
    );
    let inner = hex_mac(StampMethod::Unchecked, D.as_bytes(), b"group-secret-0123456789abcdef");
    assert_eq!(
        *inner,
        "227dffba70ffec156720f4f302a253af33eceeefe242db7a8749e6be56cb2118"
    );
    assert_eq!(
        mac(0, "2024060108", &inner),
        "f013811bbb0f3063b39a99a3e743382feddf36e41397c78c277e3f9486a29be6"
    );
}

#[test]
fn credentials_age_only_when_the_stamp_is_checked() {
    let start = 1_717_230_034; // 2024-06-01 08 h
    let later = start + 3 * 3_600;
    let plain = Identity::new(
        "dev",
        Login::Secret(Secret::new("s")),
        false,
        StampMethod::Unchecked,
        start,
    );
    assert_eq!(plain.credentials(later).client_id, "dev_0_0_2024060108");
    let checked = Identity::new(
        "dev",
        Login::Secret(Secret::new("s")),
        false,
        StampMethod::Sha256,
        start,
    );
    assert_eq!(checked.credentials(later).client_id, "dev_0_1_2024060111");
    assert_ne!(checked.credentials(start).password, checked.credentials(later).password);
}

#[test]
fn odd_stamp_methods_keep_the_c_sdk_digit() {
    for (method, digit) in [
        (0, '0'),
        (1, '1'),
        (2, '2'),
        (3, '3'),
        (12, '<'),
        (i64::from(u32::MAX), '0'),
    ] {
        assert_eq!(StampMethod::from(method).digit(), digit);
    }
}

#[test]
fn group_secret_is_decoded_leniently() {
    for (text, bytes) in [
        ("YWJjZA==", b"abcd".as_slice()),
        ("YWJjZA", b"abcd"),
        ("YWJj ZA=\n", b"abcd"),
        ("YWJjAGRlZg==", b"abc\0def"),
        ("YW==", b"a"),
    ] {
        assert_eq!(decode_group_secret(text).unwrap().expose(), bytes, "{text}");
    }
    for text in ["", "=", "Y", "YWJ-ZGVm", "pä", "2f1b9c7d4e5a6f708192a3b4c5d6e7f8z"] {
        let code = decode_group_secret(text).unwrap_err().code();
        assert_eq!(code, -105, "{text}");
    }
}

#[test]
fn calendar() {
    assert_eq!(timestamp(0), "1970010100");
    assert_eq!(timestamp(951_782_400), "2000022900");
    assert_eq!(timestamp(951_868_799), "2000022923");
    assert_eq!(timestamp(4_102_444_800), "2100010100");
    assert_eq!(timestamp(-1), "1969123123");
}
