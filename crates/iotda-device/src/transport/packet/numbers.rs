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

    /// The first byte, with the flags that MQTT prescribes for this type; those of a PUBLISH are 0 here.
    pub(crate) const fn first_byte(self) -> u8 {
        let flags = match self {
            PacketType::PubRel | PacketType::Subscribe | PacketType::Unsubscribe => 2,
            _ => 0,
        };
        ((self as u8) << 4) | flags
    }
}

/// MQTT 5 reasons that have a meaning here. 3.1.1 has only 0x80, in a SUBACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ReasonCode {
    Unspecified = 0x80,
    MalformedPacket = 0x81,
    ProtocolError = 0x82,
    UnsupportedVersion = 0x84,
    ClientIdNotValid = 0x85,
    BadUserNameOrPassword = 0x86,
    NotAuthorized = 0x87,
    ServerUnavailable = 0x88,
    ServerBusy = 0x89,
    Banned = 0x8a,
    ServerShuttingDown = 0x8b,
    KeepAliveTimeout = 0x8d,
    /// Another client has the session now.
    SessionTakenOver = 0x8e,
    TopicNameInvalid = 0x90,
    PacketIdNotFound = 0x92,
    PacketTooLarge = 0x95,
    QuotaExceeded = 0x97,
    AdministrativeAction = 0x98,
    QosNotSupported = 0x9b,
    UseAnotherServer = 0x9c,
    ServerMoved = 0x9d,
    ConnectionRateExceeded = 0x9f,
    MaximumConnectTime = 0xa0,
}

impl ReasonCode {
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    /// Whether a code says no, known here or not.
    pub(crate) const fn is_failure(code: u8) -> bool {
        code >= ReasonCode::Unspecified as u8
    }

    /// The one with this code.
    fn of(code: u8) -> Option<ReasonCode> {
        use ReasonCode::*;
        const ALL: [ReasonCode; 23] = [
            Unspecified,
            MalformedPacket,
            ProtocolError,
            UnsupportedVersion,
            ClientIdNotValid,
            BadUserNameOrPassword,
            NotAuthorized,
            ServerUnavailable,
            ServerBusy,
            Banned,
            ServerShuttingDown,
            KeepAliveTimeout,
            SessionTakenOver,
            TopicNameInvalid,
            PacketIdNotFound,
            PacketTooLarge,
            QuotaExceeded,
            AdministrativeAction,
            QosNotSupported,
            UseAnotherServer,
            ServerMoved,
            ConnectionRateExceeded,
            MaximumConnectTime,
        ];
        ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Whether the platform disconnects with this code whatever it was sent.
    pub(crate) fn is_no_answer(code: u8) -> bool {
        use ReasonCode::*;
        matches!(
            ReasonCode::of(code),
            Some(
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
        )
    }

    /// What a code in a CONNACK means, in words for the log: those of 3.1.1 (1 to 5) and of MQTT 5. "" for others.
    pub(crate) fn of_connack(code: u8) -> &'static str {
        use ReasonCode::*;
        match (code, ReasonCode::of(code)) {
            (1, _) | (_, Some(UnsupportedVersion)) => ": the platform does not speak this MQTT version",
            (2, _) | (_, Some(ClientIdNotValid)) => ": it does not accept the client id",
            (3, _) | (_, Some(ServerUnavailable)) => ": the service is unavailable",
            (4, _) | (_, Some(BadUserNameOrPassword)) => ": wrong device id or secret, or the clock here is wrong",
            (5, _) | (_, Some(NotAuthorized)) => ": not authorised",
            (_, Some(ServerBusy)) => ": the server is busy",
            (_, Some(Banned)) => ": the device is banned",
            (_, Some(QuotaExceeded | ConnectionRateExceeded)) => ": too many connections",
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
        for (old, new) in [(1, 132), (2, 133), (3, 136), (4, 134), (5, 135)] {
            assert_eq!(ReasonCode::of_connack(old), ReasonCode::of_connack(new));
            assert!(!ReasonCode::of_connack(old).is_empty());
        }
        assert_eq!(ReasonCode::of_connack(151), ReasonCode::of_connack(159));
        assert_eq!((ReasonCode::of_connack(0), ReasonCode::of_connack(200)), ("", ""));
        assert!(ReasonCode::is_failure(0x80) && !ReasonCode::is_failure(0x7f));
    }
}
