//! The configuration of the security detection: thresholds and switches
//! (docs/spec/services.md#detection-config).

use crate::protocol::json::{Kind, Value, Writer};

/// In per cent; compared by the check of the same place.
pub const THRESHOLDS: [&str; 4] = [
    "memoryThreshold",
    "cpuUsageThreshold",
    "diskSpaceThreshold",
    "batteryPercentageThreshold",
];

/// What the library checks, in the order of their reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    Memory,
    Ports,
    Cpu,
    Disk,
    Battery,
    LocalLogin,
    FileTamper,
    BruteForce,
    Addresses,
}

impl Check {
    pub const ALL: [Check; 9] = [
        Check::Memory,
        Check::Ports,
        Check::Cpu,
        Check::Disk,
        Check::Battery,
        Check::LocalLogin,
        Check::FileTamper,
        Check::BruteForce,
        Check::Addresses,
    ];
}

/// The switches in the order of the report: first those of [`Check::ALL`], then five that only the program's reports serve.
const SWITCHES: [&str; 14] = [
    "memoryCheck",
    "portCheck",
    "cpuUsageCheck",
    "diskSpaceCheck",
    "batteryPercentageCheck",
    "loginLocalCheck",
    "fileTamperCheck",
    "loginBruteForceCheck",
    "maliciousIPCheck",
    "unsafeFunctionCheck",
    "cveVulnerabilityCheck",
    "maliciousFileCheck",
    "processCheck",
    "unsafeProtocolCheck",
];

/// Thresholds and switches; all 0 and off at first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    thresholds: [i32; THRESHOLDS.len()],
    switches: [bool; SWITCHES.len()],
}

impl Config {
    /// Takes over the members of `properties`; the names of those with a value that is neither a number nor true or false,
    /// which stay as they were.
    pub fn apply(&mut self, properties: Value<'_>) -> Vec<&'static str> {
        if !properties.is_object() {
            return Vec::new();
        }
        let mut unusable = Vec::new();
        let mut number = |name: &'static str| match properties.get(name)?.kind() {
            Kind::Number(number) => Some(number.as_i32()),
            Kind::Boolean(value) => Some(value.into()),
            _ => {
                unusable.push(name);
                None
            }
        };
        for (name, threshold) in THRESHOLDS.iter().zip(&mut self.thresholds) {
            *threshold = number(name).unwrap_or(*threshold);
        }
        for (name, switch) in SWITCHES.iter().zip(&mut self.switches) {
            *switch = number(name).map_or(*switch, |value| value != 0);
        }
        unusable
    }

    /// The properties as they are reported and stored.
    pub fn print(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.begin_object();
        for (name, threshold) in THRESHOLDS.iter().zip(self.thresholds) {
            writer.int_member(name, threshold.into());
        }
        for (name, switch) in SWITCHES.iter().zip(self.switches) {
            writer.int_member(name, switch.into());
        }
        writer.end_object();
        writer.finish().unwrap_or_default()
    }

    /// Whether a check is on.
    pub fn is_on(&self, check: Check) -> bool {
        self.switches.get(check as usize).copied().unwrap_or_default()
    }

    /// Whether any switch is on, those of the program's reports too.
    pub fn any_on(&self) -> bool {
        self.switches.contains(&true)
    }

    pub fn memory_threshold(&self) -> i32 {
        self.thresholds[0]
    }

    pub fn cpu_threshold(&self) -> i32 {
        self.thresholds[1]
    }

    pub fn disk_threshold(&self) -> i32 {
        self.thresholds[2]
    }

    pub fn battery_threshold(&self) -> i32 {
        self.thresholds[3]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::json::{Dialect, parse};

    #[test]
    fn values_that_count() {
        let mut config = Config::default();
        let text = br#"{"MemoryThreshold":80.9,"cpuUsageThreshold":"70","diskSpaceThreshold":1e99,"memoryCheck":0.5,"portCheck":2,
            "cpuUsageCheck":true,"diskSpaceCheck":"1","maliciousIPCheck":null,"other":1}"#;
        let json = parse(text, Dialect::Platform).unwrap();
        let unusable = config.apply(json.value());
        assert_eq!(unusable, ["cpuUsageThreshold", "diskSpaceCheck", "maliciousIPCheck"]);
        assert_eq!(config.thresholds, [80, 0, i32::MAX, 0]);
        let on: Vec<_> = Check::ALL.into_iter().filter(|check| config.is_on(*check)).collect();
        assert_eq!(on, [Check::Ports, Check::Cpu]);
        let off = parse(br#"{"portCheck":false,"cpuUsageCheck":0}"#, Dialect::Platform).unwrap();
        config.apply(off.value());
        assert!(!config.any_on());
        let stored = parse(&config.print(), Dialect::Platform).unwrap();
        let mut again = Config::default();
        assert!(again.apply(stored.value()).is_empty());
        assert_eq!(again, config);
    }
}
