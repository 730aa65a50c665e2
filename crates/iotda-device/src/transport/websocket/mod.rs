//! MQTT over WebSocket (MQTT 3.1.1 section 6): the byte stream of MQTT, cut into binary frames as it suits either side.

mod handshake;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::{Sink, Stream as _};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

pub(super) use self::handshake::Refused;
use super::settings::Settings;

/// What TLS offers: the handshake is HTTP.
pub(super) const ALPN: &[u8] = b"http/1.1";

/// Most payload of a frame that we send.
const FRAME: usize = 16 << 10;
/// Size of a reading.
const READ: usize = 4 << 10;
/// Most bytes that wait for the socket: two frames, and the answers to pings.
const UNSENT: usize = 64 << 10;
/// A message from the server may hold a packet of the largest size accepted and so much more.
const SLACK: usize = 64 << 10;

/// The MQTT byte stream inside of a WebSocket connection on a stream `S`.
pub(super) struct WebSocket<S> {
    inner: WebSocketStream<S>,
    /// What is not read yet of the last frame.
    pending: Bytes,
    /// Our close frame is sent, as far as it could be.
    closed: bool,
}

/// The upgrade on an open stream.
pub(super) async fn open<S>(mut stream: S, settings: &Settings) -> Result<WebSocket<S>, Refused>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let tail = handshake::upgrade(&mut stream, settings).await?;
    let largest = settings.limits.incoming_bytes.max(1 << 20).saturating_add(SLACK);
    let config = WebSocketConfig::default()
        .read_buffer_size(READ)
        .write_buffer_size(FRAME)
        .max_write_buffer_size(UNSENT)
        .max_message_size(Some(largest))
        .max_frame_size(Some(largest));
    Ok(WebSocket {
        inner: WebSocketStream::from_partially_read(stream, tail, Role::Client, Some(config)).await,
        pending: Bytes::new(),
        closed: false,
    })
}

/// An error of an open connection. The end of the stream has its kind; other I/O errors stay as they are, so that those of
/// TLS keep their words.
fn broken(error: Error) -> io::Error {
    match error {
        Error::Io(e) => e,
        error if is_end(&error) => io::ErrorKind::UnexpectedEof.into(),
        error => violation(format!("the server breaks the WebSocket protocol: {}", mistake(&error))),
    }
}

/// In words of our own: those of the crate bring the names of all HTTP headers and statuses with them.
fn mistake(error: &Error) -> &'static str {
    use ProtocolError as P;
    match error {
        Error::Capacity(_) => "a message too long",
        Error::Utf8(_) => "a text that is not UTF-8",
        Error::Protocol(P::NonZeroReservedBits) => "a frame with reserved bits, as of a compression nobody asked for",
        Error::Protocol(P::MaskedFrameFromServer) => "a frame with a mask",
        Error::Protocol(P::UnexpectedContinueFrame | P::ExpectedFragment(_)) => "fragments in a wrong order",
        Error::Protocol(P::FragmentedControlFrame | P::ControlFrameTooBig | P::UnknownControlFrameType(_)) => {
            "a wrong control frame"
        }
        Error::Protocol(P::UnknownDataFrameType(_) | P::InvalidOpcode(_)) => "a frame of unknown kind",
        Error::Protocol(P::InvalidCloseSequence) => "a wrong close frame",
        Error::Protocol(P::ReceivedAfterClosing) => "more after its close frame",
        _ => "an invalid frame",
    }
}

fn violation(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

fn is_end(error: &Error) -> bool {
    matches!(
        error,
        Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing)
    )
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WebSocket<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.pending.is_empty() {
            match ready!(Pin::new(&mut this.inner).poll_next(cx)) {
                Some(Ok(Message::Binary(payload))) => this.pending = payload,
                // The next round sends the answer to a ping.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Text(_))) => {
                    let text =
                        "the server sends a text frame, MQTT needs binary ones: check that this is an MQTT platform";
                    return Poll::Ready(Err(violation(text.to_owned())));
                }
                Some(Ok(Message::Close(why))) => {
                    match why {
                        Some(why) if u16::from(why.code) != 1000 => base::lines::websocket_closed(
                            &u16::from(why.code),
                            &format_args!("{:?}", why.reason.as_str()),
                        ),
                        _ => base::debug!("the server closes the WebSocket"),
                    }
                    let _ = Pin::new(&mut this.inner).poll_flush(cx); // our close frame, if it can go
                    return Poll::Ready(Ok(()));
                }
                None => return Poll::Ready(Ok(())),
                Some(Err(e)) if is_end(&e) => return Poll::Ready(Ok(())),
                Some(Err(e)) => return Poll::Ready(Err(broken(e))),
            }
        }
        let count = this.pending.len().min(buf.remaining());
        buf.put_slice(this.pending.get(..count).unwrap_or_default());
        this.pending.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WebSocket<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let part = buf.get(..FRAME).unwrap_or(buf);
        if part.is_empty() {
            return Poll::Ready(Ok(0));
        }
        ready!(Pin::new(&mut this.inner).poll_ready(cx)).map_err(broken)?;
        let frame = Message::Binary(Bytes::copy_from_slice(part));
        Pin::new(&mut this.inner).start_send(frame).map_err(broken)?;
        Poll::Ready(Ok(part.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx).map_err(broken)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.closed {
            // Whether the close frame can be sent or not, the connection ends.
            let _ = ready!(Pin::new(&mut this.inner).poll_close(cx));
            this.closed = true;
        }
        Pin::new(this.inner.get_mut()).poll_shutdown(cx)
    }
}
