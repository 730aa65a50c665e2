//! A server that does what a test tells it, packet by packet, with framing of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

pub(crate) struct Peer {
    listener: TcpListener,
    pub(crate) port: u16,
}

pub(crate) struct Conn<S = TcpStream>(pub(crate) S);

/// First byte and body of a packet.
pub(crate) type Raw = (u8, Vec<u8>);

impl Peer {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        Peer { listener, port }
    }

    pub(crate) fn accept(&self) -> Conn {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        Conn(stream)
    }

    /// A connection after CONNECT and CONNACK 0.
    pub(crate) fn session(&self) -> Conn {
        let mut conn = self.accept();
        let (first, _) = conn.packet();
        assert_eq!(first, 0x10);
        conn.send(&[0x20, 2, 0, 0]);
        conn
    }

    /// The same under MQTT 5, with CONNACK properties.
    pub(crate) fn session5(&self, properties: &[u8]) -> Conn {
        let mut conn = self.accept();
        conn.packet();
        let length = properties.len() as u8;
        conn.send(&[&[0x20, 3 + length, 0, 0, length], properties].concat());
        conn
    }

    pub(crate) fn no_connection(&self) -> bool {
        self.listener.set_nonblocking(true).unwrap();
        let none = self.listener.accept().is_err();
        self.listener.set_nonblocking(false).unwrap();
        none
    }
}

impl<S: Read + Write> Conn<S> {
    pub(crate) fn try_packet(&mut self) -> std::io::Result<Raw> {
        let mut first = [0];
        self.0.read_exact(&mut first)?;
        let (mut length, mut shift) = (0usize, 0);
        loop {
            let mut byte = [0];
            self.0.read_exact(&mut byte)?;
            length |= usize::from(byte[0] & 0x7f) << shift;
            shift += 7;
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((first[0], body))
    }

    pub(crate) fn packet(&mut self) -> Raw {
        self.try_packet().expect("a packet")
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
        self.0.flush().unwrap();
    }

    /// The next packet, which must be a 3.1.1 PUBLISH: topic, id, payload, DUP.
    pub(crate) fn publish(&mut self) -> (String, u16, Vec<u8>, bool) {
        let (first, body) = self.packet();
        assert_eq!(first >> 4, 3, "a PUBLISH, not {first:#04x}");
        let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
        let topic = String::from_utf8(body[2..2 + length].to_vec()).unwrap();
        let rest = &body[2 + length..];
        let dup = first & 8 != 0;
        match (first >> 1) & 3 {
            0 => (topic, 0, rest.to_vec(), dup),
            _ => (topic, u16::from_be_bytes([rest[0], rest[1]]), rest[2..].to_vec(), dup),
        }
    }

    pub(crate) fn puback(&mut self, id: u16) {
        let [high, low] = id.to_be_bytes();
        self.send(&[0x40, 2, high, low]);
    }

    pub(crate) fn suback(&mut self, id: u16, code: u8) {
        let [high, low] = id.to_be_bytes();
        self.send(&[0x90, 3, high, low, code]);
    }

    /// A PUBLISH of QoS 0 to 2 with a topic of one byte.
    pub(crate) fn downlink(&mut self, qos: u8, id: u16, payload: &[u8]) {
        let mut body = vec![0, 1, b't'];
        if qos > 0 {
            body.extend_from_slice(&id.to_be_bytes());
        }
        body.extend_from_slice(payload);
        assert!(body.len() < 128);
        let mut bytes = vec![0x30 | (qos << 1), body.len() as u8];
        bytes.extend(body);
        self.send(&bytes);
    }

    /// The client has closed.
    pub(crate) fn closed(&mut self) -> bool {
        matches!(self.0.read(&mut [0]), Ok(0) | Err(_))
    }
}
