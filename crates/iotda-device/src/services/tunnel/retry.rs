//! When the web socket is opened again, and after which pause
//! (docs/spec/services.md#tunnel-socket). Pure: whoever asks does the waiting.

use std::time::Duration;

/// Attempts to open it, at the beginning and again after each loss.
pub const ATTEMPTS: u32 = 10;

/// Whether the peer's close code ends the tunnel: done, refused, or replaced by another one.
pub fn is_final(code: u16) -> bool {
    matches!(code, 1000 | 1002 | 4000)
}

/// The pauses before the attempts of one series.
#[derive(Debug)]
pub struct Pauses {
    next: u32,
    end: u32,
}

impl Pauses {
    /// The first attempt of the series comes at once.
    pub fn at_first() -> Pauses {
        Pauses { next: 0, end: ATTEMPTS }
    }

    /// A platform that has just closed the connection gets a second.
    pub fn after_loss() -> Pauses {
        Pauses {
            next: 1,
            end: ATTEMPTS + 1,
        }
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let seconds = self.next;
        (seconds < self.end).then(|| {
            self.next += 1;
            Duration::from_secs(seconds.into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_with_growing_pauses() {
        let seconds = |pauses: Pauses| pauses.map(|pause| pause.as_secs()).collect::<Vec<_>>();
        assert_eq!(seconds(Pauses::at_first()), (0..=9).collect::<Vec<_>>());
        assert_eq!(seconds(Pauses::after_loss()), (1..=10).collect::<Vec<_>>());
    }

    #[test]
    fn close_codes_of_the_vectors() {
        let all: serde_json::Value =
            serde_json::from_str(include_str!("../../../../../tests/vectors/services.json")).unwrap();
        let cases = all["tunnel_close"].as_array().unwrap();
        assert!(cases.len() > 4);
        for case in cases {
            let code = case["close_code"].as_u64().map_or(1006, |code| code as u16);
            assert_eq!(is_final(code), case["reconnects"] == false, "{case}");
        }
        assert!(![1001, 1003, 1005, 1006, 1011, 3000, 4001].into_iter().any(is_final));
    }
}
