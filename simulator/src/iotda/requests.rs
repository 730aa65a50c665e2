//! Requests of the platform that a device has to answer: commands, property set and get. Each is sent, and then
//! answered, timed out or undelivered. Time comes as an argument, so time-outs are tested without waiting.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::outcome::Outcome;
pub use super::request::{Progress, Request, State, What};
use super::weight::weight;

/// Requests remembered; the oldest are forgotten.
const KEPT: usize = 10_000;
/// Bytes of their answers; beyond them those of the oldest are forgotten.
const KEPT_BYTES: usize = 16 * 1024 * 1024;

/// A request to be sent.
#[derive(Debug)]
pub struct Ask<'a> {
    pub request_id: String,
    pub device: &'a str,
    pub via: &'a str,
    pub what: What,
    pub name: &'a str,
    pub topic: String,
    pub body: Value,
    pub timeout: Duration,
}

#[derive(Debug, Default)]
pub struct Requests {
    list: VecDeque<Request>,
    /// What the answers take.
    bytes: usize,
}

impl Requests {
    pub fn ask(&mut self, ask: Ask<'_>, now: Instant, out: &mut Outcome) {
        if self.list.len() >= KEPT {
            let oldest = self.list.pop_front();
            self.bytes -= oldest.map_or(0, |request| answer_bytes(&request));
        }
        out.down(ask.via, ask.topic.clone(), &ask.body);
        self.list.push_back(Request {
            request_id: ask.request_id,
            device: ask.device.to_string(),
            what: ask.what,
            name: ask.name.to_string(),
            progress: Progress { state: State::Sent },
            answer: None,
            via: ask.via.to_string(),
            topic: ask.topic,
            deadline: now + ask.timeout,
        });
        if let Some(request) = self.list.back() {
            out.requests.push(request.clone());
        }
    }

    /// The request that is answered by this, if one is.
    pub fn answer(
        &mut self,
        via: &str,
        what: What,
        id: &str,
        (code, answer): (i64, Value),
        out: &mut Outcome,
    ) -> Option<Request> {
        let request = self
            .list
            .iter_mut()
            .rev()
            .find(|r| r.request_id == id && r.what == what && r.via == via)?;
        let too_late = match request.progress.state {
            State::Sent => None,
            State::TimedOut => Some("came too late"),
            State::Answered(_) => Some("came again"),
            State::Undelivered => Some("came although it was not sent"),
        };
        if let Some(how) = too_late {
            out.note(via, format!("the answer to {id} {how}, with code {code}"));
            return None;
        }
        request.progress.state = State::Answered(code);
        request.answer = Some(answer);
        self.bytes += answer_bytes(request);
        out.requests.push(request.clone());
        let answered = request.clone();
        self.forget_answers(id);
        Some(answered)
    }

    /// Keeps the answers within their bytes, the newest one however large it is.
    fn forget_answers(&mut self, newest: &str) {
        for request in &mut self.list {
            if self.bytes <= KEPT_BYTES {
                return;
            }
            if request.request_id != newest {
                self.bytes -= answer_bytes(request);
                request.answer = None;
            }
        }
    }

    /// What could not be sent.
    pub fn undelivered(&mut self, topic: &str, out: &mut Outcome) {
        let waiting = |r: &&mut Request| r.progress.state == State::Sent && r.topic == topic;
        if let Some(request) = self.list.iter_mut().rev().find(waiting) {
            request.progress.state = State::Undelivered;
            out.requests.push(request.clone());
        }
    }

    pub fn due(&mut self, now: Instant, out: &mut Outcome) {
        for request in &mut self.list {
            if request.progress.state == State::Sent && request.deadline <= now {
                request.progress.state = State::TimedOut;
                out.requests.push(request.clone());
            }
        }
    }

    pub fn next_due(&self) -> Option<Instant> {
        let waiting = self.list.iter().filter(|r| r.progress.state == State::Sent);
        waiting.map(|r| r.deadline).min()
    }

    pub fn get(&self, request_id: &str) -> Option<&Request> {
        self.list.iter().rev().find(|r| r.request_id == request_id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Request> {
        self.list.iter()
    }
}

fn answer_bytes(request: &Request) -> usize {
    request.answer.as_ref().map_or(0, weight)
}

/// result_code of an answer and the whole of it: an absent code means success, a number in a string counts.
pub fn read_answer(payload: &[u8]) -> Option<(i64, Value)> {
    let body: Value = serde_json::from_slice(payload).ok()?;
    let code = match body.as_object()?.get("result_code") {
        None | Some(Value::Null) => 0,
        Some(Value::String(text)) => text.trim().parse().ok()?,
        Some(value) => value.as_i64()?,
    };
    Some((code, body))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(requests: &mut Requests, id: &str, now: Instant) -> Outcome {
        let mut out = Outcome::default();
        let ask = Ask {
            request_id: id.to_string(),
            device: "d",
            via: "d",
            what: What::Command,
            name: "switch",
            topic: format!("t/{id}"),
            body: json!({}),
            timeout: Duration::from_secs(20),
        };
        requests.ask(ask, now, &mut out);
        out
    }

    #[test]
    fn sent_then_answered_once() {
        let (mut requests, now) = (Requests::default(), Instant::now());
        let out = ask(&mut requests, "1", now);
        assert_eq!((out.downlinks.len(), out.requests[0].state()), (1, State::Sent));
        let mut out = Outcome::default();
        let answer = || read_answer(br#"{"result_code":"7"}"#).unwrap();
        assert!(
            requests
                .answer("d", What::PropertySet, "1", answer(), &mut out)
                .is_none()
        );
        assert!(requests.answer("e", What::Command, "1", answer(), &mut out).is_none());
        assert!(requests.answer("d", What::Command, "1", answer(), &mut out).is_some());
        assert!(requests.answer("d", What::Command, "1", answer(), &mut out).is_none());
        assert_eq!(requests.get("1").unwrap().state(), State::Answered(7));
        assert!(out.notes[0].text.contains("again"));
        assert_eq!(requests.next_due(), None);
    }

    #[test]
    fn answers_are_bounded_by_bytes() {
        let (mut requests, now, mut out) = (Requests::default(), Instant::now(), Outcome::default());
        for n in 0..6 {
            ask(&mut requests, &n.to_string(), now);
            let answer = json!({"text": "x".repeat(4 * 1024 * 1024)});
            requests.answer("d", What::Command, &n.to_string(), (0, answer), &mut out);
        }
        let kept: Vec<bool> = requests.iter().map(|r| r.answer.is_some()).collect();
        assert_eq!(kept, [false, false, false, true, true, true]);
        assert!(requests.iter().all(|r| r.state() == State::Answered(0)));
        let huge = json!({"text": "x".repeat(20 * 1024 * 1024)});
        ask(&mut requests, "huge", now);
        requests.answer("d", What::Command, "huge", (0, huge), &mut out);
        assert_eq!(requests.iter().filter(|r| r.answer.is_some()).count(), 1);
        for n in 0..KEPT {
            ask(&mut requests, &format!("later {n}"), now);
        }
        assert_eq!((requests.bytes, requests.list.len()), (0, KEPT));
    }

    #[test]
    fn time_out_and_late_answer() {
        let (mut requests, now) = (Requests::default(), Instant::now());
        ask(&mut requests, "1", now);
        assert_eq!(requests.next_due(), Some(now + Duration::from_secs(20)));
        let mut out = Outcome::default();
        requests.due(now + Duration::from_secs(19), &mut out);
        assert!(out.requests.is_empty());
        requests.due(now + Duration::from_secs(20), &mut out);
        assert_eq!(out.requests[0].state(), State::TimedOut);
        assert!(
            requests
                .answer("d", What::Command, "1", (0, json!({})), &mut out)
                .is_none()
        );
        assert!(out.notes[0].text.contains("too late"));
    }

    #[test]
    fn undelivered_and_answers_without_a_code() {
        let (mut requests, now) = (Requests::default(), Instant::now());
        ask(&mut requests, "1", now);
        let mut out = Outcome::default();
        requests.undelivered("t/2", &mut out);
        requests.undelivered("t/1", &mut out);
        assert_eq!(out.requests.len(), 1);
        assert_eq!(requests.get("1").unwrap().state(), State::Undelivered);
        assert_eq!(read_answer(b"{}").unwrap().0, 0);
        assert!(read_answer(b"[]").is_none() && read_answer(br#"{"result_code":{}}"#).is_none());
    }
}
