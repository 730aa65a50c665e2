//! What a program answers to a command or a property set.

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// An answer: a result code, 0 for success, and content.
///
/// Handlers may return it or what becomes one: `()` for success, a [`Value`] for success with content, or a `Result` whose
/// error becomes code 1 with its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub(super) code: i32,
    pub(super) name: Option<String>,
    pub(super) content: Option<Value>,
    /// A handler returned what is no JSON.
    pub(super) broken: Option<Error>,
}

impl Answer {
    /// Success, without content.
    pub fn success() -> Answer {
        Answer::default()
    }

    /// Success with content, which has to become JSON.
    pub fn of(content: &impl Serialize) -> Answer {
        match serde_json::to_value(content) {
            Ok(content) => Answer {
                content: Some(content),
                ..Answer::default()
            },
            Err(cause) => Answer {
                code: 1,
                broken: Some(not_json(&cause)),
                ..Answer::default()
            },
        }
    }

    /// Refusal with a code of the program's own.
    pub fn failure(code: i32, reason: impl Display) -> Answer {
        Answer {
            code,
            content: Some(json!({ "reason": reason.to_string() })),
            ..Answer::default()
        }
    }

    /// With a name for the answer, as the product model gives it.
    pub fn named(self, name: impl Into<String>) -> Answer {
        Answer {
            name: Some(name.into()),
            ..self
        }
    }

    /// The result code.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// The content as JSON text.
    pub(super) fn text(&self) -> Result<Option<String>> {
        match &self.broken {
            Some(cause) => Err(cause.clone()),
            None => Ok(self.content.as_ref().map(Value::to_string)),
        }
    }

    /// Why it is a refusal, in words.
    pub(super) fn reason(&self) -> Option<&str> {
        self.content.as_ref()?.get("reason")?.as_str()
    }
}

/// What a program gave is no JSON.
pub(super) fn not_json(cause: &serde_json::Error) -> Error {
    base::info!("what is to be sent does not become JSON: {cause}");
    Error::Argument("what is to be sent does not become JSON")
}

impl From<()> for Answer {
    fn from((): ()) -> Answer {
        Answer::success()
    }
}

impl From<Value> for Answer {
    fn from(content: Value) -> Answer {
        Answer {
            content: Some(content),
            ..Answer::default()
        }
    }
}

impl<T: Into<Answer>, E: Display> From<std::result::Result<T, E>> for Answer {
    fn from(result: std::result::Result<T, E>) -> Answer {
        match result {
            Ok(answer) => answer.into(),
            Err(cause) => Answer::failure(1, cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_handlers_return_becomes_an_answer() {
        assert_eq!(Answer::from(()), Answer::success());
        assert_eq!(
            Answer::from(json!({"on": true})).text().unwrap().unwrap(),
            r#"{"on":true}"#
        );
        let refused = Answer::from(Err::<(), _>("no such lamp"));
        assert_eq!((refused.code(), refused.reason()), (1, Some("no such lamp")));
        assert_eq!(Answer::of(&[1, 2]).named("list").text().unwrap().unwrap(), "[1,2]");
        let odd = std::collections::HashMap::from([((1, 2), 3)]);
        assert_eq!(Answer::of(&odd).text().unwrap_err().code(), Error::Argument("").code());
    }
}
