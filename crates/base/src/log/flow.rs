//! How many lines there may be: equal ones are summed, and a flood is cut to 100 lines a second with a count of the rest.
//! Pure; the time comes as an argument.

use std::time::Duration;

use super::level::Level;

/// Lines a second in the long run. With [`BURST`] it makes at most 100 a second over any 25 s.
const RATE: f64 = 60.0;
/// Lines at once after a quiet time: a program that starts says much.
const BURST: f64 = 1000.0;
/// What details must leave of it for warnings and errors.
const RESERVE: f64 = 250.0;
/// So many equal lines in a row are written before they are counted only.
const EQUAL: u32 = 20;
/// A count of equal lines is told at least this often while they go on.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// What is to be written for a line: first what is known of lines left out, then the line itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The last line, of this level, came so many more times.
    pub repeated: u64,
    pub repeated_level: Option<Level>,
    /// So many lines were left out by the rate.
    pub dropped: u64,
    pub write: bool,
}

impl Verdict {
    /// The line and nothing else.
    pub fn written() -> Verdict {
        Verdict {
            write: true,
            ..Verdict::default()
        }
    }
}

/// The state of the flow.
#[derive(Debug, Default)]
pub struct Flow {
    last: String,
    level: Option<Level>,
    equal: u32,
    repeated: u64,
    told: Duration,
    spent: f64,
    at: Duration,
    dropped: u64,
}

impl Flow {
    pub const fn new() -> Flow {
        Flow {
            last: String::new(),
            level: None,
            equal: 0,
            repeated: 0,
            told: Duration::ZERO,
            spent: 0.0,
            at: Duration::ZERO,
            dropped: 0,
        }
    }

    /// What becomes of a line at this time since any fixed moment.
    pub fn line(&mut self, now: Duration, level: Level, text: &str) -> Verdict {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = now;
        self.spent = (self.spent - passed * RATE).max(0.0);
        if self.level == Some(level) && self.last == text {
            return self.again(now);
        }
        let mut verdict = Verdict {
            repeated: std::mem::take(&mut self.repeated),
            repeated_level: self.level,
            ..Verdict::default()
        };
        self.spent += f64::from(u8::from(verdict.repeated > 0));
        self.equal = 0;
        self.told = now;
        if self.admit(level, &mut verdict) {
            text.clone_into(&mut self.last);
            self.level = Some(level);
        } else {
            self.level = None; // never written, so nothing is equal to it
        }
        verdict
    }

    fn again(&mut self, now: Duration) -> Verdict {
        self.equal = self.equal.saturating_add(1);
        let mut verdict = Verdict::default();
        let level = self.level.unwrap_or(Level::Debug);
        if self.equal < EQUAL {
            self.admit(level, &mut verdict);
            self.told = now;
            return verdict;
        }
        self.repeated += 1;
        if now.saturating_sub(self.told) >= TELL_EVERY {
            self.told = now;
            verdict.repeated = std::mem::take(&mut self.repeated);
            verdict.repeated_level = self.level;
            self.spent += 1.0;
        }
        verdict
    }

    fn admit(&mut self, level: Level, verdict: &mut Verdict) -> bool {
        let room = match level {
            Level::Debug | Level::Info => BURST - RESERVE,
            Level::Warning | Level::Error => BURST,
        };
        verdict.write = self.spent + 1.0 <= room;
        if verdict.write {
            self.spent += 1.0;
            verdict.dropped = std::mem::take(&mut self.dropped);
            self.spent += f64::from(u8::from(verdict.dropped > 0));
        } else {
            self.dropped += 1;
        }
        verdict.write
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn counted(verdict: &Verdict) -> u64 {
        u64::from(verdict.write) + u64::from(verdict.repeated > 0) + u64::from(verdict.dropped > 0)
    }

    #[test]
    fn equal_lines_are_summed() {
        let mut flow = Flow::new();
        let written = (0..832)
            .filter(|n| flow.line(ms(*n), Level::Warning, "lost").write)
            .count();
        assert_eq!(written, EQUAL as usize);
        let next = flow.line(ms(900), Level::Info, "connected");
        assert_eq!((next.repeated, next.write), (812, true));
        assert_eq!(flow.line(ms(901), Level::Info, "done").repeated, 0);
    }

    #[test]
    fn equal_lines_that_go_on_are_told_now_and_then() {
        let mut flow = Flow::new();
        let told: Vec<u64> = (0..60)
            .map(|s| flow.line(ms(s * 1000), Level::Info, "x").repeated)
            .filter(|n| *n > 0)
            .collect();
        assert_eq!(told.len(), 4);
        assert_eq!(told.iter().sum::<u64>() + u64::from(EQUAL), 60);
    }

    #[test]
    fn a_flood_is_cut_to_100_a_second_and_every_line_left_out_is_counted() {
        for gap in [1, 7, 40] {
            let mut flow = Flow::new();
            let (mut written, mut lines, mut dropped, mut given) = (0, 0, 0, 0);
            for at in (0..600_000).step_by(gap) {
                for part in 0..5 {
                    let verdict = flow.line(
                        Duration::from_micros(at as u64 * 50),
                        Level::Info,
                        &format!("{at} {part}"),
                    );
                    given += 1;
                    written += u64::from(verdict.write);
                    lines += counted(&verdict);
                    dropped += verdict.dropped;
                }
            }
            assert_eq!(written + dropped + flow.dropped, given);
            assert!(lines <= 30 * 100, "{lines} lines in 30 s");
        }
    }

    #[test]
    fn details_leave_room_for_errors() {
        let mut flow = Flow::new();
        for n in 0..2000 {
            flow.line(ms(0), Level::Debug, &n.to_string());
        }
        assert!(!flow.line(ms(0), Level::Info, "detail").write);
        let error = flow.line(ms(0), Level::Error, "disk full");
        assert!(error.write && error.dropped > 0);
    }
}
