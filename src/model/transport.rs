//! How requests reach the server, and what came of it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

/// How connections are made and what they carry, after every default has been applied. `Transport::default()` is plain:
/// what a URL says and nothing else.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transport {
    pub tls: TlsWork,
    /// Instead of TCP; the URL then only gives path and host.
    pub unix_socket: Option<PathBuf>,
    pub proxy: Option<Proxy>,
    /// Other servers to connect to; the first that matches counts.
    pub connect_to: Vec<ConnectTo>,
    /// Addresses of hosts that no resolver is asked for; the first that matches counts.
    pub resolve: Vec<Resolve>,
    pub family: Family,
    /// From where to connect.
    pub local_address: Option<IpAddr>,
    /// Redirects followed within one request; 0 leaves them to be seen.
    pub redirects: u32,
    /// Every request makes a connection of its own.
    pub connection_per_request: bool,
    /// Ask for gzip; bodies are counted as they come, never inflated.
    pub compressed: bool,
    pub auth: Option<Auth>,
    pub http: Http,
}

/// The version of HTTP that is spoken; never another one than was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Http {
    #[default]
    One,
    /// By agreement over TLS (ALPN), by prior knowledge without; so many requests at a time on each connection.
    Two { streams: u32 },
}

/// What TLS needs besides the URL.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TlsWork {
    /// Certificates (PEM) of the authorities to trust, instead of the public ones.
    pub ca: Option<Material>,
    /// Our own certificate chain and its key (PEM).
    pub cert: Option<Material>,
    pub key: Option<Material>,
    /// Name to ask for and to verify, instead of the URL's host.
    pub server_name: Option<String>,
    /// Certificates are not verified.
    pub insecure: bool,
    /// Sessions are resumed on later connections.
    pub resumption: bool,
}

/// An HTTP proxy: `http://` URLs are requested in absolute form, `https://` ones through CONNECT.
#[derive(Debug, Clone, PartialEq)]
pub struct Proxy {
    /// `host:port`.
    pub authority: String,
    /// `user:password`.
    pub credentials: Option<Secret>,
}

/// Connect to another server than the URL names; what is absent matches anything, or stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    pub host: Option<String>,
    pub port: Option<u16>,
    pub to_host: Option<String>,
    pub to_port: Option<u16>,
}

/// Addresses of a host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    /// Absent for every host.
    pub host: Option<String>,
    pub port: u16,
    pub addresses: Vec<IpAddr>,
}

/// Which addresses of a host are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    #[default]
    Any,
    Ipv4,
    Ipv6,
}

/// The `Authorization` header.
#[derive(Debug, Clone, PartialEq)]
pub enum Auth {
    /// `user:password`.
    Basic(Material),
    /// A token.
    Bearer(Material),
}

/// Content that stands outside of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Material {
    pub from: Origin,
    /// Empty until the plan is made.
    pub content: Secret,
}

impl Material {
    /// Not read yet.
    pub fn unread(from: Origin) -> Material {
        Material { from, content: Secret::default() }
    }
}

/// Where such content comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Typed,
    /// An environment variable.
    Environment(String),
    File(PathBuf),
}

/// A key, a password, a token: compared and copied, never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What is known of the connections after a load test; stored as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TransportFacts {
    /// Where connections went, in the order they were used first: `127.0.0.1:80`, `unix:/run/app.sock`. Bounded.
    pub addresses: Vec<String>,
    /// Connections made, the first ones included.
    pub connects: u64,
    /// What is spoken on them, by its ALPN name (`http/1.1`, `h2`, `h2c`); `none` where the version asked for was not agreed to.
    pub protocol: String,
    /// HTTP/2: requests at a time on each connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streams: Option<u32>,
    /// HTTP/2: requests sent again because the server did not look at them; each counts as one request all the same.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u64,
    /// Redirects followed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub redirects: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsFacts>,
}

/// What TLS came to; version and cipher suite of the last handshake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TlsFacts {
    pub version: String,
    pub cipher: String,
    /// Whether the server and its certificate were checked.
    pub verified: bool,
    /// Whether sessions were to be resumed, and how many were.
    pub resumption: bool,
    pub resumed: u64,
}

impl TransportFacts {
    /// Of two repetitions together.
    pub fn merged(mut self, other: TransportFacts) -> TransportFacts {
        self.addresses.extend(other.addresses.into_iter().filter(|one| !self.addresses.contains(one)).collect::<Vec<_>>());
        self.connects = self.connects.saturating_add(other.connects);
        self.redirects = self.redirects.saturating_add(other.redirects);
        self.retries = self.retries.saturating_add(other.retries);
        self.tls = match (self.tls, other.tls) {
            (Some(one), Some(two)) => {
                Some(TlsFacts { verified: one.verified && two.verified, resumed: one.resumed.saturating_add(two.resumed), ..one })
            }
            (one, two) => one.or(two),
        };
        self
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}
