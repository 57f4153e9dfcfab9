//! Making a connection: TCP or a unix socket, then the tunnel of a proxy, then TLS.

use super::{Connection, State, Step};
use crate::clock::Clock;
use crate::measure::http::failure::{ErrorClass, Failure};
use crate::measure::http::parser::{Expect, Fed, Malformed};
use crate::measure::http::request::Message;
use crate::measure::http::route::Route;
use crate::measure::http::stream::Stream;
use crate::measure::http::tls::TlsStream;
use std::io::{self, Read as _, Write as _};

impl Connection {
    /// Handles an event on a connection that is being made.
    pub fn on_setup(&mut self, route: &Route, message: &Message, scratch: &mut [u8], clock: &Clock) -> Step {
        match self.set_up(route, scratch, clock) {
            Ok(()) if self.is_open() => {}
            Ok(()) => return Step::Pending,
            Err(failure) => {
                self.address += 1;
                return Step::Failed { at_ns: clock.elapsed_ns(), failure };
            }
        }
        self.opened += 1;
        self.attempts = 0;
        if self.flight.is_none() {
            return Step::Pending;
        }
        let at_ns = clock.elapsed_ns();
        match self.send(message, at_ns) {
            Ok(()) => Step::Sent { at_ns },
            Err(failure) => Step::Failed { at_ns, failure },
        }
    }

    /// Goes on as far as the socket allows: connected, then the tunnel, then TLS, then open.
    fn set_up(&mut self, route: &Route, scratch: &mut [u8], clock: &Clock) -> Result<(), Failure> {
        if let State::Connecting { since_ns } = self.state {
            let Some(Stream::Plain(socket)) = &self.stream else { return Ok(()) };
            match socket.connected() {
                Ok(()) => socket.send_at_once(),
                Err(error) if error.kind() == io::ErrorKind::NotConnected => return Ok(()),
                Err(error) => return Err(Failure::io(ErrorClass::Connect, &error)),
            }
            self.response.begin(Expect::HeadOnly);
            self.state = State::Tunnelling { since_ns, written: 0 };
        }
        if let State::Tunnelling { since_ns, .. } = self.state {
            if let Some(request) = &route.tunnel
                && !self.tunnel(request, scratch)?
            {
                return Ok(());
            }
            let from_ns = clock.elapsed_ns();
            self.connect_ns = Some(from_ns.saturating_sub(since_ns));
            self.state = State::Open;
            if let (Some((config, name)), Some(Stream::Plain(socket))) = (&route.tls, self.stream.take_if(|_| route.tls.is_some())) {
                self.stream = Some(Stream::Tls(Box::new(TlsStream::new(socket, config, name)?)));
                self.state = State::Securing { since_ns, from_ns };
            }
        }
        if let (State::Securing { from_ns, .. }, Some(Stream::Tls(tls))) = (self.state, &mut self.stream)
            && let Some(secured) = tls.handshake()?
        {
            self.tls_ns = Some(clock.elapsed_ns().saturating_sub(from_ns));
            self.resumed += u64::from(secured.is_resumed);
            self.secured = Some(secured);
            self.state = State::Open;
        }
        Ok(())
    }

    /// Asks a proxy for a tunnel; whether it stands.
    fn tunnel(&mut self, request: &[u8], scratch: &mut [u8]) -> Result<bool, Failure> {
        let (State::Tunnelling { written, .. }, Some(stream)) = (&mut self.state, &mut self.stream) else { return Ok(false) };
        let broken = |error: &io::Error| Failure::owned(ErrorClass::Connect, format!("the proxy broke off: {error}"));
        while let Some(rest) = request.get(*written..).filter(|rest| !rest.is_empty()) {
            match stream.write(rest) {
                Ok(count) => *written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(broken(&error)),
            }
        }
        let got = match stream.read(scratch) {
            Ok(0) => return Err(Failure::new(ErrorClass::Connect, "the proxy closed the connection instead of opening a tunnel")),
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(broken(&error)),
        };
        match self.response.feed(scratch.get(..got).unwrap_or_default()) {
            Ok(Fed::More) => Ok(false),
            Ok(Fed::Complete { .. }) if !(200..300).contains(&self.response.status()) => {
                let answer = format!("{} {}", self.response.code(), self.response.reason());
                Err(Failure::owned(ErrorClass::Connect, format!("the proxy opened no tunnel: {answer}")))
            }
            // The server speaks only after we did, so nothing can follow.
            Ok(Fed::Complete { used }) if used == got => Ok(true),
            Ok(Fed::Complete { .. }) => Err(Failure::new(ErrorClass::Protocol, "bytes after the proxy's answer that nobody asked for")),
            Err(Malformed(detail)) => Err(Failure { class: ErrorClass::Protocol, detail }),
        }
    }
}
