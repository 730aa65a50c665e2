//! Arguments: words in order, options anywhere. What is left over in the end is a mistake.

pub struct Args {
    rest: Vec<String>,
}

impl Args {
    pub fn new(rest: Vec<String>) -> Args {
        Args { rest }
    }

    /// Takes a switch.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.rest.len();
        self.rest.retain(|a| a != name);
        self.rest.len() != before
    }

    /// Takes `--name VALUE` or `--name=VALUE`.
    pub fn value(&mut self, name: &str) -> Result<Option<String>, String> {
        if let Some(at) = self.rest.iter().position(|a| a == name) {
            self.rest.remove(at);
            if at == self.rest.len() {
                return Err(format!("{name} needs a value"));
            }
            return Ok(Some(self.rest.remove(at)));
        }
        let joined = format!("{name}=");
        let at = self.rest.iter().position(|a| a.starts_with(&joined));
        Ok(at.map(|at| self.rest.remove(at)[joined.len()..].to_string()))
    }

    /// Takes the next word.
    pub fn word(&mut self) -> Option<String> {
        let at = self.rest.iter().position(|a| !a.starts_with("--"))?;
        Some(self.rest.remove(at))
    }

    pub fn required(&mut self, what: &str) -> Result<String, String> {
        self.word()
            .ok_or_else(|| format!("{what} is missing; see iotda-sim --help"))
    }

    /// Takes all words that are left.
    pub fn words(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.word()).collect()
    }

    pub fn finish(self) -> Result<(), String> {
        match self.rest.first() {
            None => Ok(()),
            Some(left) => Err(format!("{left:?} is not understood here; see iotda-sim --help")),
        }
    }
}

/// A number of an option, or its default.
pub(super) fn number<T: std::str::FromStr>(text: Option<String>, otherwise: T) -> Result<T, String> {
    text.map_or(Ok(otherwise), |text| {
        text.parse().map_err(|_| format!("{text:?} is not a number here"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(text: &str) -> Args {
        Args::new(text.split(' ').map(String::from).collect())
    }

    #[test]
    fn options_stand_anywhere() {
        let mut a = args("group --json bind --control=/tmp/s hall cam gate");
        assert!(a.flag("--json") && !a.flag("--json"));
        assert_eq!(a.value("--control").unwrap().unwrap(), "/tmp/s");
        assert_eq!((a.word().unwrap(), a.word().unwrap()), ("group".into(), "bind".into()));
        assert_eq!(a.words(), ["hall", "cam", "gate"]);
        assert!(a.finish().is_ok());
    }

    #[test]
    fn mistakes() {
        assert!(args("--config").value("--config").is_err());
        assert!(args("--typo").finish().is_err());
        assert!(args("--typo").required("GROUP").is_err());
    }
}
