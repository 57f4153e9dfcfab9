//! A server that speaks HTTP/2 by the `h2` crate, and tells what the tests' HTTP/1 servers would: each of its streams is a
//! connection of one request to them.

use crate::measure::http::tests::{Wire, read_request, serve_tcp};
use bytes::Bytes;
use h2::server::{Builder, SendResponse};
use http::{Request, Response};
use std::future::Future;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Starts it. A connection goes away after so many requests, if it is told to.
pub fn serve(behave: impl Fn(&mut dyn Wire) + Clone + Send + 'static, last: Option<usize>) -> u16 {
    serve_tcp(move |stream| {
        let waiting = stream.try_clone().expect("a second handle");
        let mut context = Context::from_waker(Waker::noop());
        let mut greeting = pin!(Builder::new().handshake::<_, Bytes>(Socket(stream)));
        let mut connection = loop {
            match greeting.as_mut().poll(&mut context) {
                Poll::Ready(Ok(connection)) => break connection,
                Poll::Ready(Err(_)) => return,
                Poll::Pending => wait(&waiting),
            }
        };
        // Whom nothing is said to waits, until the client gives up.
        let (mut count, mut silent) = (0, Vec::new());
        loop {
            match connection.poll_accept(&mut context) {
                Poll::Pending => wait(&waiting),
                Poll::Ready(Some(Ok((request, respond)))) => {
                    silent.extend(answer(&request, respond, &behave));
                    count += 1;
                    if last == Some(count) {
                        connection.graceful_shutdown();
                    }
                }
                Poll::Ready(_) => return,
            }
        }
    })
}

/// The same that answers every request with the same bytes.
pub fn bytes(answer: &'static [u8]) -> u16 {
    serve(move |stream| while read_request(stream) && stream.write_all(answer).is_ok() {}, None)
}

/// Answers a request; gives back the way to answer it where nothing was said.
fn answer<T>(request: &Request<T>, mut respond: SendResponse<Bytes>, behave: &impl Fn(&mut dyn Wire)) -> Option<SendResponse<Bytes>> {
    let mut exchange = Exchange { request: io::Cursor::new(head(request)), reply: Vec::new() };
    behave(&mut exchange);
    if exchange.reply.is_empty() {
        return Some(respond);
    }
    let (head, body) = parts(&exchange.reply);
    // The client may have given up meanwhile.
    if let Ok(mut stream) = respond.send_response(head, body.is_empty())
        && !body.is_empty()
    {
        let _ = stream.send_data(body.into(), true);
    }
    None
}

/// Blocks until there is something to read.
fn wait(stream: &TcpStream) {
    stream.set_nonblocking(false).expect("an option");
    let _ = stream.peek(&mut [0]);
}

/// A request as HTTP/1 writes it; names begin with capitals, as users write them.
fn head<T>(request: &Request<T>) -> Vec<u8> {
    let capital = |part: &str| {
        let (first, rest) = part.split_at(1);
        first.to_uppercase() + rest
    };
    let path = request.uri().path_and_query().expect("a path");
    let fields = request.headers().iter().map(|(name, value)| {
        let name: Vec<String> = name.as_str().split('-').map(capital).collect();
        format!("{}: {}\r\n", name.join("-"), value.to_str().expect("text"))
    });
    format!("{} {path} HTTP/1.1\r\n{}\r\n", request.method(), fields.collect::<String>()).into_bytes()
}

/// An answer of HTTP/1 as head and body.
fn parts(reply: &[u8]) -> (Response<()>, Vec<u8>) {
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the head") + 4;
    let text = str::from_utf8(&reply[..end]).expect("text");
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let status = lines.next().expect("a status line").split(' ').nth(1).expect("a status");
    let mut response = Response::builder().status(status);
    let mut body = reply[end..].to_vec();
    for (name, value) in lines.map(|line| line.split_once(": ").expect("a header")) {
        if name.eq_ignore_ascii_case("transfer-encoding") {
            body = whole(&body);
        } else {
            response = response.header(name, value);
        }
    }
    (response.body(()).expect("a head"), body)
}

/// A chunked body without the marks of its chunks.
fn whole(mut chunked: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = chunked.windows(2).position(|two| two == b"\r\n").expect("a line");
        let size = usize::from_str_radix(str::from_utf8(&chunked[..line]).expect("text"), 16).expect("a size");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&chunked[line + 2..line + 2 + size]);
        chunked = &chunked[line + 2 + size + 2..];
    }
}

/// What a server of HTTP/1 sees of one stream.
struct Exchange {
    request: io::Cursor<Vec<u8>>,
    reply: Vec<u8>,
}

impl Read for Exchange {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.request.read(into)
    }
}

impl Write for Exchange {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.reply.write(from)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads without waiting, because answers may have to be written first; writes as long as it takes.
struct Socket(TcpStream);

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.0.set_nonblocking(true)?;
        match self.0.read(into.initialize_unfilled()) {
            Ok(got) => {
                into.advance(got);
                Poll::Ready(Ok(()))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.0.set_nonblocking(false)?;
        Poll::Ready(self.0.write(from))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
