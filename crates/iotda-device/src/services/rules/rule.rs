//! One rule: reading it (docs/spec/services.md#rule-grammar), and whether its conditions hold
//! (docs/spec/services.md#rule-evaluation).

use super::cache::Cache;
use super::texts::{self, Days, Moment};
use crate::protocol::json::{Json, Kind, Value, Writer};

/// The id of a rule.
pub(super) const ID: &str = "ruleId";

/// What a rule does when it fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub device_id: Vec<u8>,
    pub service_id: Vec<u8>,
    pub command_name: Vec<u8>,
    pub body: Json,
}

impl Action {
    /// The message for another device: the command as formatted text.
    pub fn message(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.begin_object();
        writer.text_member("service_id", Some(&self.service_id));
        writer.text_member("command_name", Some(&self.command_name));
        writer.key(b"paras");
        self.body.value().write_to(&mut writer);
        writer.end_object();
        writer.finish().unwrap_or_default()
    }
}

struct TimeRange {
    start: i64,
    /// The last second that is inside.
    end: i64,
    days: Days,
}

impl TimeRange {
    /// A range over midnight belongs to the day on which it ends.
    fn contains(&self, now: Moment) -> bool {
        let s = now.of_day;
        if self.days.is_empty() {
            true
        } else if self.start < self.end {
            self.days.contains(now.weekday) && (self.start..=self.end).contains(&s)
        } else {
            (self.days.contains(now.weekday) && s <= self.end)
                || (self.days.contains(now.tomorrow()) && s >= self.start)
        }
    }
}

enum Operator {
    Less,
    LessOrEqual,
    Equal,
    Greater,
    GreaterOrEqual,
    Between,
    Unknown,
}

impl Operator {
    fn parse(text: &[u8]) -> Operator {
        match text {
            b"<" => Operator::Less,
            b"<=" => Operator::LessOrEqual,
            b"=" | b"==" => Operator::Equal,
            b">" => Operator::Greater,
            b">=" => Operator::GreaterOrEqual,
            b"between" => Operator::Between,
            _ => Operator::Unknown,
        }
    }

    fn holds<T: PartialOrd + ?Sized>(&self, left: &T, right: &T) -> bool {
        match self {
            Operator::Less => left < right,
            Operator::LessOrEqual => left <= right,
            Operator::Equal => left == right,
            Operator::Greater => left > right,
            Operator::GreaterOrEqual => left >= right,
            Operator::Between | Operator::Unknown => false,
        }
    }
}

enum Condition {
    Data {
        path: Vec<u8>,
        operator: Operator,
        value: Vec<u8>,
    },
    Simple {
        start: i64,
        interval: i64,
        count: i64,
    },
    Daily {
        time: i64,
        days: Days,
        /// By weekday: when this condition was part of a firing.
        fired: [Option<i64>; 8],
    },
}

/// How long a daily timer holds, and how long it stays quiet after a firing.
const WINDOW: i64 = 60;

impl Condition {
    fn is_timer(&self) -> bool {
        !matches!(self, Condition::Data { .. })
    }

    fn holds(&self, cache: &Cache, now: Moment) -> bool {
        match self {
            Condition::Data { path, operator, value } => match cache.get(path) {
                Some(Kind::Number(number)) => compare(number.as_f64(), operator, value),
                Some(Kind::String(text)) => {
                    let text = text.split(|b| *b == 0).next().unwrap_or_default();
                    operator.holds(text, value.as_slice())
                }
                _ => false,
            },
            Condition::Simple { start, interval, count } => {
                let since = now.seconds - start;
                if *interval <= 0 {
                    since == 0 && *count >= 1
                } else {
                    since >= 0 && since % interval == 0 && since / interval < *count
                }
            }
            Condition::Daily { time, days, fired } => {
                let recently = fired.get(now.weekday).copied().flatten();
                days.contains(now.weekday)
                    && (*time..time + WINDOW).contains(&now.of_day)
                    && recently.is_none_or(|fired| (now.seconds - fired).abs() >= WINDOW)
            }
        }
    }

    fn fired(&mut self, now: Moment) {
        if let Condition::Daily { fired, .. } = self {
            if let Some(fired) = fired.get_mut(now.weekday) {
                *fired = Some(now.seconds);
            }
        }
    }
}

fn compare(property: f64, operator: &Operator, value: &[u8]) -> bool {
    match operator {
        Operator::Between => texts::bounds(value).is_some_and(|(left, right)| left <= property && property <= right),
        _ => texts::number(value).is_some_and(|(value, _)| operator.holds(&property, &value)),
    }
}

/// A rule that was read.
pub struct Rule {
    pub id: Vec<u8>,
    pub version: i32,
    /// As it was received, for the file.
    pub source: Json,
    active: bool,
    all: bool,
    range: Option<TimeRange>,
    conditions: Vec<Condition>,
    actions: Vec<Action>,
}

type Read<T> = Result<T, &'static str>;

fn text<'a>(from: Value<'a>, name: &'static str) -> Read<&'a [u8]> {
    from.get(name).and_then(Value::as_text).ok_or(name)
}

fn number(from: Value<'_>, name: &'static str) -> Read<i64> {
    from.get(name)
        .and_then(Value::as_number)
        .map(|number| number.as_i64())
        .ok_or(name)
}

fn days(from: Value<'_>) -> Read<Days> {
    Days::parse(text(from, "daysOfWeek")?).ok_or("daysOfWeek")
}

fn time(from: Value<'_>, name: &'static str) -> Read<i64> {
    texts::time_of_day(text(from, name)?).ok_or(name)
}

/// A member that is a list; absent and null are an empty one only where `optional`.
fn list<'a>(from: Value<'a>, name: &'static str, optional: bool) -> Read<Option<Value<'a>>> {
    let list = from.get(name);
    match list.map(Value::kind) {
        Some(Kind::Array | Kind::Object) => Ok(list),
        None | Some(Kind::Null) if optional => Ok(None),
        _ => Err(name),
    }
}

impl Rule {
    /// The id and version of what should be a rule.
    pub fn identity(source: Value<'_>) -> Read<(&[u8], i32)> {
        const VERSION: &str = "ruleVersionInShadow";
        let version = source.get(VERSION).and_then(Value::as_number);
        Ok((text(source, ID)?, version.ok_or(VERSION)?.as_i32()))
    }

    /// Reads a rule; the error names the member that makes it invalid.
    pub fn parse(source: Value<'_>) -> Read<Rule> {
        let (id, version) = Rule::identity(source)?;
        text(source, "ruleName")?;
        let range = match source.get("timeRange").map(Value::kind) {
            None | Some(Kind::Null) => None,
            Some(Kind::Object) => source.get("timeRange").map(time_range).transpose()?,
            Some(_) => return Err("timeRange"),
        };
        let conditions = list(source, "conditions", false)?.into_iter().flat_map(Value::items);
        let actions = list(source, "actions", true)?.into_iter().flat_map(Value::items);
        Ok(Rule {
            id: id.to_vec(),
            version,
            active: text(source, "status")? == b"active",
            all: text(source, "logic")? == b"and",
            range,
            conditions: conditions.map(condition).collect::<Read<_>>()?,
            actions: actions.filter_map(|a| action(a).transpose()).collect::<Read<_>>()?,
            source: source.to_json(),
        })
    }

    /// Whether ticks can make it fire.
    pub fn needs_ticks(&self) -> bool {
        self.active && self.conditions.iter().any(Condition::is_timer)
    }

    fn due(&self, now: Moment) -> bool {
        self.active && self.range.as_ref().is_none_or(|range| range.contains(now))
    }

    fn combine(&self, mut results: impl Iterator<Item = bool>) -> bool {
        match self.all {
            true => results.all(|holds| holds),
            false => results.any(|holds| holds),
        }
    }

    /// The actions if a report makes it fire; timers count as false.
    pub fn on_report(&self, cache: &Cache, now: Moment) -> &[Action] {
        let fires = self.due(now) && self.combine(self.conditions.iter().map(|c| !c.is_timer() && c.holds(cache, now)));
        if fires { &self.actions } else { &[] }
    }

    /// The actions if this second makes it fire: one of its timers must hold.
    pub fn on_tick(&mut self, cache: &Cache, now: Moment) -> &[Action] {
        if !self.due(now) || !self.conditions.iter().any(|c| c.is_timer() && c.holds(cache, now)) {
            return &[];
        }
        let results: Vec<bool> = self.conditions.iter().map(|c| c.holds(cache, now)).collect();
        if !self.combine(results.iter().copied()) {
            return &[];
        }
        for (condition, _) in self.conditions.iter_mut().zip(results).filter(|(_, holds)| *holds) {
            condition.fired(now);
        }
        &self.actions
    }
}

fn time_range(from: Value<'_>) -> Read<TimeRange> {
    Ok(TimeRange {
        start: time(from, "startTime")?,
        end: time(from, "endTime")? + 59,
        days: days(from)?,
    })
}

fn condition(from: Value<'_>) -> Read<Condition> {
    Ok(match text(from, "type")? {
        b"DEVICE_DATA" => {
            let device = from.get("deviceInfo").ok_or("deviceInfo")?;
            text(device, "deviceId")?;
            Condition::Data {
                path: text(device, "path")?.to_vec(),
                operator: Operator::parse(text(from, "operator")?),
                value: text(from, "value")?.to_vec(),
            }
        }
        b"SIMPLE_TIMER" => Condition::Simple {
            start: texts::moment(text(from, "startTime")?).ok_or("startTime")?,
            interval: number(from, "repeatInterval")?,
            count: number(from, "repeatCount")?,
        },
        b"DAILY_TIMER" => Condition::Daily {
            time: time(from, "time")?,
            days: days(from)?,
            fired: [None; 8],
        },
        _ => return Err("type"),
    })
}

/// `None` for an action that is valid but never runs.
fn action(from: Value<'_>) -> Read<Option<Action>> {
    let command = from.get("command").ok_or("command")?;
    let action = Action {
        device_id: text(from, "deviceId")?.to_vec(),
        service_id: text(command, "serviceId")?.to_vec(),
        command_name: text(command, "commandName")?.to_vec(),
        body: command.get("commandBody").ok_or("commandBody")?.to_json(),
    };
    let runs = text(from, "type")? == b"DEVICE_CMD";
    let enabled = text(from, "status")? == b"enable";
    Ok((runs && enabled).then_some(action))
}
