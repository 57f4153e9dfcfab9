//! Redirects that are followed within one request.

use super::failure::{ErrorClass, Failure};
use super::parser::{Expect, Response};
use super::request::Message;
use super::url::Url;
use crate::model::{Target, Transport};

/// A request that a redirect asked for.
#[derive(Debug, Clone)]
pub struct Hop {
    pub message: Message,
    /// Redirects followed so far, this one included.
    pub count: u32,
}

/// The cookies of a session, for requests to its own server.
#[derive(Debug, Clone, Copy)]
pub struct Jar<'a> {
    /// The value of the header; empty where there are none.
    pub line: &'a str,
    pub home: &'a Url,
}

/// Whether an answer leads on, for a request that follows redirects.
pub fn is_redirect(transport: &Transport, response: &Response) -> bool {
    transport.redirects > 0 && matches!(response.status(), 301 | 302 | 303 | 307 | 308)
}

/// What an answer means for a request that follows redirects; `None` where it is the end of it.
pub fn next(
    transport: &Transport,
    message: &Message,
    response: &Response,
    followed: u32,
    jar: Option<Jar<'_>>,
) -> Option<Result<Hop, Failure>> {
    let limit = transport.redirects;
    let location = response.location().filter(|_| is_redirect(transport, response))?;
    if followed >= limit {
        return Some(Err(Failure::owned(ErrorClass::RedirectLimit, format!("more than {limit} redirects"))));
    }
    let next = follow(transport, message, response.status(), location, jar);
    Some(next.map(|message| Hop { message, count: followed + 1 }))
}

fn follow(transport: &Transport, message: &Message, status: u16, location: &[u8], jar: Option<Jar<'_>>) -> Result<Message, Failure> {
    let refused = |why: String| Failure::owned(ErrorClass::RedirectLimit, format!("the redirect cannot be followed: {why}"));
    let reference = str::from_utf8(location).map_err(|_| refused("its address is not text".to_string()))?;
    let url = message.url.join(reference).map_err(|error| refused(error.0))?;
    let is_rewritten = match status {
        // What every browser does (RFC 9110 §15.4.2 and §15.4.3), and what 303 asks for.
        301 | 302 => message.method == "POST",
        303 => message.expect != Expect::HeadOnly,
        _ => false,
    };
    let is_same_origin = message.url.is_same_origin(&url);
    let mut target = Target { url: url.text.clone(), ..(*message.target).clone() };
    if is_rewritten {
        target.method = "GET".to_string();
        target.body.clear();
        target.headers.retain(|(name, _)| !is_of_content(name));
    }
    let mut transport = transport.clone();
    if !is_same_origin {
        // What was meant for one server is not for another one.
        target.headers.retain(|(name, _)| !is_of_origin(name));
        transport.auth = None;
    }
    if let Some(Jar { line, home }) = jar {
        target.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
        if home.is_same_origin(&url) && !line.is_empty() {
            target.headers.push(("Cookie".to_string(), line.to_string()));
        }
    }
    let next = Message::new(&target, None, &transport).map_err(|error| refused(error.0))?;
    // What the first request needs of an answer is looked for in the last one.
    Ok(Message { keep: message.keep, ..next })
}

fn is_of_content(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("content-")
}

fn is_of_origin(name: &str) -> bool {
    ["authorization", "cookie", "host"].iter().any(|known| name.eq_ignore_ascii_case(known))
}
