//! What bytes travel over: TCP or a unix socket, plain or within TLS.

use super::tls::TlsStream;
use mio::event::Source;
use mio::net::TcpStream;
#[cfg(unix)]
use mio::net::UnixStream;
use mio::{Interest, Registry, Token};
use std::io::{self, Read, Write};
use std::net::SocketAddr;

/// Whether a read that did not fill the buffer has emptied the socket, so that the next bytes will raise a new event.
/// On Windows only a read that would block arms the event again.
const SHORT_READ_DRAINS: bool = cfg!(unix);

/// A socket of the operating system.
#[derive(Debug)]
pub enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    fn source(&mut self) -> &mut dyn Source {
        match self {
            Socket::Tcp(socket) => socket,
            #[cfg(unix)]
            Socket::Unix(socket) => socket,
        }
    }

    /// Registers once, edge-triggered, for the life of the socket.
    pub fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        registry.register(self.source(), token, Interest::READABLE | Interest::WRITABLE)
    }

    /// Whether connecting has succeeded; `NotConnected` while that is not known.
    pub fn connected(&self) -> io::Result<()> {
        let (error, peer) = match self {
            Socket::Tcp(socket) => (socket.take_error()?, socket.peer_addr().and_then(|peer| is_someone_else(socket, peer))),
            #[cfg(unix)]
            Socket::Unix(socket) => (socket.take_error()?, socket.peer_addr().map(drop)),
        };
        error.map_or(peer, Err)
    }

    /// Without it the rest of a large request waits for an acknowledgement; a server that resets now is noticed later.
    pub fn send_at_once(&self) {
        if let Socket::Tcp(socket) = self {
            let _ = socket.set_nodelay(true);
        }
    }
}

/// Where nobody listens on a port of the ephemeral range, the kernel sooner or later gives the client that very port, and TCP
/// connects it with itself: nobody took the connection.
fn is_someone_else(socket: &TcpStream, peer: SocketAddr) -> io::Result<()> {
    if socket.local_addr()? == peer { Err(io::Error::from(io::ErrorKind::ConnectionRefused)) } else { Ok(()) }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(socket) => socket.read(into),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.read(into),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(socket) => socket.write(from),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.write(from),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An open way to the server.
#[derive(Debug)]
pub enum Stream {
    Plain(Socket),
    Tls(Box<TlsStream>),
}

impl Stream {
    /// Whether a read of `got` bytes into a buffer with room for `room` has left nothing behind.
    pub fn is_drained_by(&self, got: usize, room: usize) -> bool {
        SHORT_READ_DRAINS && got < room && matches!(self, Stream::Plain(_))
    }

    /// Whether the peer has said within TLS that it will send nothing more.
    pub fn is_ended(&self) -> bool {
        matches!(self, Stream::Tls(tls) if tls.is_ended())
    }
}

impl Read for Stream {
    #[inline]
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(into),
            Stream::Tls(tls) => tls.read(into),
        }
    }
}

impl Write for Stream {
    #[inline]
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.write(from),
            Stream::Tls(tls) => tls.write(from),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.flush(),
            Stream::Tls(tls) => tls.flush(),
        }
    }
}
