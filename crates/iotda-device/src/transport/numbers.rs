//! The numbers of MQTT: packet types, and the reason codes that this library sends or understands.

/// The upper half of a packet's first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum PacketType {
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,
    Auth = 15,
}

impl PacketType {
    /// That of a packet with this first byte; `None` for 0, which MQTT forbids.
    pub(crate) fn of(first: u8) -> Option<PacketType> {
        use PacketType::*;
        const ALL: [PacketType; 15] = [
            Connect,
            ConnAck,
            Publish,
            PubAck,
            PubRec,
            PubRel,
            PubComp,
            Subscribe,
            SubAck,
            Unsubscribe,
            UnsubAck,
            PingReq,
            PingResp,
            Disconnect,
            Auth,
        ];
        let index = usize::from(first >> 4).checked_sub(1)?;
        ALL.get(index).copied()
    }

    /// As MQTT writes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            PacketType::Connect => "CONNECT",
            PacketType::ConnAck => "CONNACK",
            PacketType::Publish => "PUBLISH",
            PacketType::PubAck => "PUBACK",
            PacketType::PubRec => "PUBREC",
            PacketType::PubRel => "PUBREL",
            PacketType::PubComp => "PUBCOMP",
            PacketType::Subscribe => "SUBSCRIBE",
            PacketType::SubAck => "SUBACK",
            PacketType::Unsubscribe => "UNSUBSCRIBE",
            PacketType::UnsubAck => "UNSUBACK",
            PacketType::PingReq => "PINGREQ",
            PacketType::PingResp => "PINGRESP",
            PacketType::Disconnect => "DISCONNECT",
            PacketType::Auth => "AUTH",
        }
    }

    /// The first byte, with the flags that MQTT prescribes for this type; those of a PUBLISH are 0
    /// here.
    pub(crate) const fn first_byte(self) -> u8 {
        let flags = match self {
            PacketType::PubRel | PacketType::Subscribe | PacketType::Unsubscribe => 2,
            _ => 0,
        };
        ((self as u8) << 4) | flags
    }
}

/// Makes [`ReasonCode`] of its names and numbers.
macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal)*) => {
        /// What an acknowledgement, a CONNACK or a DISCONNECT says: the reasons that have a meaning
        /// here, and any other. Of 3.1.1 are the five of a CONNACK, and [`ReasonCode::Unspecified`]
        /// in a SUBACK.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ReasonCode {
            $($(#[doc = $doc])* $name,)*
            Other(u8),
        }

        impl ReasonCode {
            /// The number on the wire.
            pub const fn code(self) -> u8 {
                match self {
                    $(ReasonCode::$name => $code,)*
                    ReasonCode::Other(code) => code,
                }
            }
        }

        impl From<u8> for ReasonCode {
            fn from(code: u8) -> ReasonCode {
                match code {
                    $($code => ReasonCode::$name,)*
                    _ => ReasonCode::Other(code),
                }
            }
        }
    };
}

reasons! {
    /// Accepted, or a normal end.
    Success = 0
    OldVersion = 1
    OldClientId = 2
    OldUnavailable = 3
    OldLogin = 4
    OldNotAuthorized = 5
    Unspecified = 0x80
    MalformedPacket = 0x81
    ProtocolError = 0x82
    UnsupportedVersion = 0x84
    ClientIdNotValid = 0x85
    BadUserNameOrPassword = 0x86
    NotAuthorized = 0x87
    ServerUnavailable = 0x88
    ServerBusy = 0x89
    Banned = 0x8a
    ServerShuttingDown = 0x8b
    BadAuthenticationMethod = 0x8c
    KeepAliveTimeout = 0x8d
    /// Another client has the session now.
    SessionTakenOver = 0x8e
    TopicNameInvalid = 0x90
    PacketIdNotFound = 0x92
    PacketTooLarge = 0x95
    QuotaExceeded = 0x97
    AdministrativeAction = 0x98
    QosNotSupported = 0x9b
    UseAnotherServer = 0x9c
    ServerMoved = 0x9d
    ConnectionRateExceeded = 0x9f
    MaximumConnectTime = 0xa0
}

impl ReasonCode {
    /// Whether an acknowledgement says no.
    pub const fn is_failure(self) -> bool {
        self.code() >= 0x80
    }

    /// Whether the platform disconnects with this reason whatever it was sent.
    pub(crate) fn is_no_answer(self) -> bool {
        use ReasonCode::*;
        matches!(
            self,
            ServerBusy
                | ServerShuttingDown
                | KeepAliveTimeout
                | SessionTakenOver
                | AdministrativeAction
                | UseAnotherServer
                | ServerMoved
                | ConnectionRateExceeded
                | MaximumConnectTime
        )
    }

    /// What it means in a CONNACK, in words for the log; "" where nothing is known.
    pub(crate) fn of_connack(self) -> &'static str {
        use ReasonCode::*;
        match self {
            OldVersion | UnsupportedVersion => ": the platform does not speak this MQTT version",
            OldClientId | ClientIdNotValid => ": it does not accept the client id",
            OldUnavailable | ServerUnavailable => ": the service is unavailable",
            OldLogin | BadUserNameOrPassword => ": wrong device id or secret, or the clock here is wrong",
            OldNotAuthorized | NotAuthorized => ": not authorised",
            ServerBusy => ": the server is busy",
            Banned => ": the device is banned",
            QuotaExceeded | ConnectionRateExceeded => ": too many connections",
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_by_their_first_byte() {
        assert_eq!(PacketType::of(0x0f), None);
        for number in 1..=15u8 {
            let found = PacketType::of(number << 4 | 5).unwrap();
            assert_eq!(found as u8, number);
            assert_eq!(PacketType::of(found.first_byte()), Some(found));
        }
        assert_eq!(PacketType::PubRel.first_byte(), 0x62);
        assert_eq!(PacketType::PubAck.first_byte(), 0x40);
    }

    #[test]
    fn connack_codes_of_both_versions() {
        let words = |code: u8| ReasonCode::from(code).of_connack();
        for (old, new) in [(1, 132), (2, 133), (3, 136), (4, 134), (5, 135)] {
            assert_eq!(words(old), words(new));
            assert!(!words(old).is_empty());
        }
        assert_eq!(words(151), words(159));
        assert_eq!((words(0), words(200)), ("", ""));
        assert!(ReasonCode::from(0x80).is_failure() && !ReasonCode::from(0x7f).is_failure());
        assert!((0..=u8::MAX).all(|code| ReasonCode::from(code).code() == code));
    }
}
