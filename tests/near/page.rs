//! The tables of docs/spec/nearlink.md#wire and around it say what the code does: a second implementation is written from
//! the page, not from the code.

use std::collections::BTreeMap;

use nearlink::frame::{HEADER, Kind, MAX_BODY, MAX_FRAME, NOISE_BODY, frame};
use nearlink::hello;
use nearlink::noise;
use nearlink::record::{MAX_DATA, Record};
use nearlink::settings::Settings;
use nearlink::{address, code, keys};

use crate::node::peer;

const PAGE: &str = include_str!("../../docs/spec/nearlink.md");

/// The text below the heading with this anchor, up to the next heading.
fn section(anchor: &str) -> &'static str {
    let mark = format!("<a id=\"{anchor}\"></a>");
    let (_, below) = PAGE.split_once(&mark).unwrap_or_else(|| panic!("no anchor {anchor}"));
    below.split("\n##").next().unwrap()
}

/// The rows of the tables of a section, without their heads.
fn rows(anchor: &str) -> Vec<Vec<&'static str>> {
    let lines: Vec<_> = section(anchor).lines().filter(|line| line.starts_with('|')).collect();
    let head = |at: usize| lines.get(at + 1).is_some_and(|next| next.starts_with("|---"));
    let row = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    let body = (0..lines.len()).filter(|&at| !head(at) && !lines[at].starts_with("|---"));
    body.map(|at| row(lines[at])).collect()
}

/// First column and the whole row.
fn table(anchor: &str) -> BTreeMap<&'static str, String> {
    rows(anchor).into_iter().map(|row| (row[0], row.join(" | "))).collect()
}

fn says(text: &str, words: &[String]) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(text.contains(word.as_str()), "{word:?} is not in {text:?}");
    }
}

fn number(text: &str) -> u32 {
    u32::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn frames() {
    let kinds = [
        ("HELLO", Kind::Hello),
        ("HELLO_ACK", Kind::HelloAck),
        ("NOISE_1", Kind::Noise1),
        ("NOISE_2", Kind::Noise2),
        ("RECORD", Kind::Record),
        ("ERROR", Kind::Error),
    ];
    let written: Vec<_> = rows("frame")
        .into_iter()
        .filter(|row| row[0].starts_with("0x"))
        .collect();
    assert_eq!(written.len(), kinds.len());
    for (row, (name, kind)) in written.iter().zip(kinds) {
        assert_eq!((number(row[0]), row[1]), (kind as u32, name));
    }
    let first = frame(Kind::Hello, b"");
    assert_eq!(first, [0x48, 0x44, 1, 1, 0, 0]);
    assert_eq!(first.len(), HEADER);
    says(
        section("frame"),
        &[
            "`48 44`".into(),
            format!("0 … {MAX_BODY}"),
            format!("{MAX_FRAME} bytes"),
        ],
    );
    says(
        &written[0].join(" "),
        &[format!("{} … {} bytes", hello::BODY.start(), hello::BODY.end())],
    );
    says(&written[2].join(" "), &[format!("{NOISE_BODY} bytes")]);
    says(
        &written[4].join(" "),
        &[format!("{} … {MAX_BODY} bytes", noise::TAG + 1)],
    );
}

#[test]
fn hello_frames() {
    let sent = hello::hello("dev", &[7; 16]);
    let body = &sent[HEADER..];
    let at = |offset: &str| offset.parse::<usize>().unwrap();
    for row in rows("hello").into_iter().filter(|row| row[0].parse::<usize>().is_ok()) {
        match at(row[0]) {
            0 | 1 => says(row[2], &[body[at(row[0])].to_string()]),
            2 => says(row[2], &[body[2].to_string()]),
            3 => assert_eq!(body[3], 0),
            4 => assert_eq!(body[4..][..at(row[1])], [7; 16]),
            20 => assert_eq!(usize::from(body[20]), "dev".len()),
            21 => assert_eq!(&body[21..], b"dev"),
            other => panic!("nothing begins at {other}"),
        }
    }
    says(section("hello"), &[format!("1 … {}", hello::MAX_ID)]);
    let [server, client] =
        [hello::hello("x", &[0; 16]), hello::hello_ack("x", &[0; 16])].map(|frame| frame[HEADER + 2]);
    assert_eq!((server, client), (1, 0));
}

#[test]
fn handshake() {
    let text = section("handshake");
    let label = std::str::from_utf8(peer::LABEL).unwrap();
    says(
        text,
        &[
            format!("`{label}`"),
            format!("{} bytes), 100,000 iterations", label.len()),
        ],
    );
    let words: Vec<_> = text.split('`').collect();
    let example = words.iter().position(|word| *word == "3c9a07e51b6df248").unwrap();
    let psk: String = noise::stretch(words[example].as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(words[example + 2], psk);
    says(
        text,
        &[
            "Noise_NNpsk0_25519_ChaChaPoly_SHA256".into(),
            format!("takes ({MAX_DATA})"),
        ],
    );
}

#[test]
fn records() {
    let samples = [
        ("CONFIRM", Record::Confirm),
        ("READY", Record::Ready),
        ("DATA", Record::Data { seq: 1, body: b"x" }),
        ("ACK", Record::Ack { seq: 1, status: 0 }),
        ("PING", Record::Ping(1)),
        ("PONG", Record::Pong(1)),
        ("CLOSE", Record::Close(1)),
    ];
    let written = rows("records");
    assert_eq!(written.len(), samples.len());
    for (row, (name, record)) in written.iter().zip(samples) {
        let mut plain = Vec::new();
        record.put(&mut plain);
        assert_eq!((number(row[0]), row[1]), (plain[0].into(), name));
        // u8, u16, u32 of the column "rest", and the one byte of DATA
        let bits = ["u8", "u16", "u32"].into_iter().zip([1, 2, 4]);
        let rest: usize = bits.map(|(word, bytes)| row[2].matches(word).count() * bytes).sum();
        assert_eq!(plain.len(), 1 + rest + usize::from(name == "DATA"), "{name}");
    }
    says(section("records"), &[format!("1 … {MAX_DATA} bytes")]);
}

#[test]
fn codes() {
    let mut found = 0;
    for row in rows("codes") {
        for text in row[0].split(", ") {
            let wire = row[2].split(' ').any(|mark| mark == "W");
            assert_eq!(wire, code::allowed_on_wire(number(text)), "{text}");
            found += 1;
        }
    }
    assert!(found >= 25, "{found} codes");
}

#[test]
fn settings() {
    let settings = Settings::default();
    let written = table("settings");
    let default = |name: &str, value: String| {
        let row = written
            .get(format!("`HWMQTT_DCONN_{name}`").as_str())
            .unwrap_or_else(|| panic!("{name}"));
        assert_eq!(row.split(" | ").nth(1), Some(value.as_str()), "{name}");
    };
    default("PORT", settings.port.to_string());
    default("STRICT_IP", u8::from(settings.strict_ip).to_string());
    default("MIN_KEY_LEN", settings.min_key_len.to_string());
    default("MAX_PEERS", settings.max_peers.to_string());
    default("CONNECT_TIMEOUT_MS", settings.connect_timeout.as_millis().to_string());
    default("RECONNECT", u8::from(settings.reconnect).to_string());
    says(section("wire"), &[format!("port {}", settings.port)]);
}

#[test]
fn timers_and_limits() {
    let limits = Settings::default().limits;
    let text = section("timers");
    says(
        text,
        &[
            format!("no record went either way for {} s", limits.session.heartbeat.as_secs()),
            format!("no record from the peer for {} s", limits.session.silence.as_secs()),
            format!("without ACK for {} s", limits.session.acknowledge.as_secs()),
            format!("({} messages per peer", limits.queue),
            format!("after {} s each message", limits.queue_patience.as_secs()),
            format!("{} ms", limits.linger.as_millis()),
        ],
    );
    let admission = limits.admission;
    says(
        section("limits"),
        &[
            format!("| {}, {} of them per address", admission.total, admission.per_address),
            format!("{} within {} s", admission.failures, admission.window.as_secs()),
        ],
    );
    says(
        section("send"),
        &[
            format!("{} messages to that peer", limits.window),
            format!("above {MAX_DATA}"),
        ],
    );
    says(
        section("init"),
        &[
            format!("at most {}", address::MAX_TOKENS),
            format!("Up to {} addresses", limits.listeners),
        ],
    );
    says(
        section("callbacks"),
        &[format!(
            "at most {}, each of 16 … {} bytes",
            keys::MAX_CANDIDATES,
            keys::MAX_KEY
        )],
    );
    says(
        section("changes"),
        &[format!("older than {} h", limits.rekey.as_secs() / 3600)],
    );
    let seconds = |step: std::time::Duration| format!("| {} s", step.as_secs());
    says(section("server-states"), &[seconds(limits.server_step)]);
    says(section("client-states"), &[seconds(limits.client_step)]);
}
