//! The way to a server: its addresses, asked for before any clock runs, and what must happen on a connection before it may
//! carry requests.

use super::LoadError;
use super::failure::{ErrorClass, Failure};
use super::proxy;
use super::stream::Socket;
use super::tls;
use super::url::{Scheme, Url};
use crate::limits::LOAD_ORIGINS_MAX;
use crate::model::{Family, Http, Transport};
use mio::net::TcpStream;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::sync::Arc;

/// The route of the targets; those of redirects come after it.
pub const HOME: usize = 0;

/// One address of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Endpoint {
    /// As results name it.
    pub fn shown(&self) -> String {
        match self {
            Endpoint::Tcp(address) => address.to_string(),
            Endpoint::Unix(path) => format!("unix:{}", path.display()),
        }
    }
}

/// What a connection to an origin needs.
#[derive(Debug)]
pub struct Route {
    url: Url,
    /// Never empty; connections are spread over them.
    pub endpoints: Vec<Endpoint>,
    local: Option<IpAddr>,
    /// The request that opens a tunnel through a proxy.
    pub tunnel: Option<Vec<u8>>,
    pub tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

impl Route {
    /// Begins to connect to the endpoint of that number, counted round and round.
    pub fn connect(&self, number: usize) -> io::Result<Socket> {
        match self.endpoints.get(number % self.endpoints.len().max(1)) {
            Some(Endpoint::Tcp(address)) => connect_tcp(*address, self.local).map(Socket::Tcp),
            #[cfg(unix)]
            Some(Endpoint::Unix(path)) => mio::net::UnixStream::connect(path).map(Socket::Unix),
            #[cfg(not(unix))]
            Some(Endpoint::Unix(_)) => Err(io::Error::from(io::ErrorKind::Unsupported)),
            None => Err(io::Error::new(io::ErrorKind::AddrNotAvailable, "the host has no address")),
        }
    }
}

fn connect_tcp(address: SocketAddr, local: Option<IpAddr>) -> io::Result<TcpStream> {
    match local {
        None => TcpStream::connect(address),
        #[cfg(unix)]
        Some(local) => {
            use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
            let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
            let own = socket(family, SocketType::STREAM, None)?;
            rustix::io::fcntl_setfd(&own, rustix::io::FdFlags::CLOEXEC)?;
            rustix::io::ioctl_fionbio(&own, true)?;
            bind(&own, &SocketAddr::new(local, 0))?;
            match connect(&own, &address) {
                Ok(()) | Err(rustix::io::Errno::INPROGRESS) => Ok(TcpStream::from_std(own.into())),
                Err(error) => Err(error.into()),
            }
        }
        #[cfg(not(unix))]
        Some(_) => Err(io::Error::new(io::ErrorKind::Unsupported, "a local address can be chosen on Unix only")),
    }
}

/// Every route of a run: the one of its targets first, then those that redirects asked for.
#[derive(Debug, Default)]
pub struct Routes {
    transport: Transport,
    tls: Option<Arc<ClientConfig>>,
    known: Vec<Route>,
}

impl Routes {
    /// Resolves the host of the targets.
    pub fn new(transport: &Transport, url: &Url) -> Result<Routes, LoadError> {
        let mut routes = Routes { transport: transport.clone(), tls: None, known: Vec::new() };
        let route = routes.make(url)?;
        routes.known.push(route);
        Ok(routes)
    }

    /// A route by its number.
    pub fn get(&self, number: usize) -> Option<&Route> {
        self.known.get(number)
    }

    /// All of them, in the order they were needed first.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.known.iter()
    }

    /// The number of the route to a URL that a redirect names. A host that is not known yet is resolved now.
    pub fn to(&mut self, url: &Url) -> Result<usize, Failure> {
        if let Some(known) = self.known.iter().position(|route| route.url.is_same_origin(url)) {
            return Ok(known);
        }
        if self.known.len() >= LOAD_ORIGINS_MAX {
            return Err(Failure::new(ErrorClass::RedirectLimit, "redirects lead to too many different servers"));
        }
        let route = self.make(url).map_err(|LoadError(why)| Failure::owned(ErrorClass::Dns, why))?;
        self.known.push(route);
        Ok(self.known.len() - 1)
    }

    fn make(&mut self, url: &Url) -> Result<Route, LoadError> {
        let tls = match url.scheme {
            Scheme::Http => None,
            Scheme::Https => Some((self.client_config()?, tls::server_name(&self.transport.tls, &url.host)?)),
        };
        let transport = &self.transport;
        let proxy = transport.proxy.as_ref();
        let endpoints = match (&transport.unix_socket, proxy) {
            (Some(path), _) => vec![Endpoint::Unix(path.clone())],
            (None, Some(proxy)) => {
                let at = Url::parse(&format!("http://{}", proxy.authority), None)?;
                self.addresses(&at.host, at.port)?.into_iter().map(Endpoint::Tcp).collect()
            }
            (None, None) => {
                let (host, port) = self.detour(url);
                self.addresses(&host, port)?.into_iter().map(Endpoint::Tcp).collect()
            }
        };
        let tunnel = proxy.filter(|_| url.scheme == Scheme::Https).map(|proxy| proxy::connect_request(proxy, url));
        Ok(Route { url: url.clone(), endpoints, local: transport.local_address, tunnel, tls })
    }

    fn client_config(&mut self) -> Result<Arc<ClientConfig>, LoadError> {
        let alpn = match self.transport.http {
            Http::One => tls::ALPN,
            Http::Two { .. } => tls::ALPN_HTTP2,
        };
        let config = match self.tls.take() {
            Some(config) => config,
            None => Arc::new(tls::client_config(&self.transport.tls, alpn)?),
        };
        Ok(Arc::clone(self.tls.insert(config)))
    }

    /// Host and port to connect to instead of those of the URL.
    fn detour(&self, url: &Url) -> (String, u16) {
        let is_meant = |host: Option<&str>, port: Option<u16>| {
            host.is_none_or(|host| host.eq_ignore_ascii_case(&url.host)) && port.is_none_or(|port| port == url.port)
        };
        let detour = self.transport.connect_to.iter().find(|detour| is_meant(detour.host.as_deref(), detour.port));
        let host = detour.and_then(|detour| detour.to_host.clone()).unwrap_or_else(|| url.host.clone());
        (host, detour.and_then(|detour| detour.to_port).unwrap_or(url.port))
    }

    /// Every address of the host that may be used, in the resolver's order.
    fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, LoadError> {
        let unknown = |why: String| LoadError(format!("the host {host:?} cannot be resolved ({why}); check the name"));
        let is_fixed =
            |fixed: &&crate::model::Resolve| fixed.port == port && fixed.host.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(host));
        let found: Vec<SocketAddr> = match self.transport.resolve.iter().find(is_fixed) {
            Some(fixed) => fixed.addresses.iter().map(|address| SocketAddr::new(*address, port)).collect(),
            None => (host, port).to_socket_addrs().map_err(|error| unknown(error.to_string()))?.collect(),
        };
        if found.is_empty() {
            return Err(unknown("no address".to_string()));
        }
        // A local address can only reach addresses of its own kind.
        let family = match (self.transport.family, self.transport.local_address) {
            (Family::Any, Some(IpAddr::V4(_))) => Family::Ipv4,
            (Family::Any, Some(IpAddr::V6(_))) => Family::Ipv6,
            (family, _) => family,
        };
        let (kind, is_wanted): (&str, fn(&SocketAddr) -> bool) = match family {
            Family::Any => ("IP", |_| true),
            Family::Ipv4 => ("IPv4", SocketAddr::is_ipv4),
            Family::Ipv6 => ("IPv6", SocketAddr::is_ipv6),
        };
        let usable: Vec<SocketAddr> = found.into_iter().filter(is_wanted).collect();
        if usable.is_empty() {
            return Err(LoadError(format!("the host {host:?} has no {kind} address; allow the other kind")));
        }
        Ok(usable)
    }
}

#[cfg(test)]
mod tests {
    use super::{HOME, LoadError, Routes, Url};
    use crate::model::{ConnectTo, Family, Resolve, Transport};

    fn routes(transport: &Transport, url: &str) -> Result<Vec<String>, LoadError> {
        let routes = Routes::new(transport, &Url::parse(url, None)?)?;
        Ok(routes.get(HOME).expect("a route").endpoints.iter().map(super::Endpoint::shown).collect())
    }

    fn check(transport: Transport, url: &str, expected: &[&str]) {
        assert_eq!(routes(&transport, url), Ok(expected.iter().map(|one| one.to_string()).collect()), "{transport:?}");
    }

    fn fixed(host: Option<&str>, addresses: &[&str]) -> Resolve {
        let addresses = addresses.iter().map(|one| one.parse().expect("an address")).collect();
        Resolve { host: host.map(str::to_string), port: 80, addresses }
    }

    fn detour(from: (Option<&str>, Option<u16>), to: (Option<&str>, Option<u16>)) -> ConnectTo {
        let text = |host: Option<&str>| host.map(str::to_string);
        ConnectTo { host: text(from.0), port: from.1, to_host: text(to.0), to_port: to.1 }
    }

    #[test]
    fn an_address_resolves_to_itself() {
        check(Transport::default(), "http://[::1]:81/", &["[::1]:81"]);
        check(Transport::default(), "http://127.0.0.1/", &["127.0.0.1:80"]);
    }

    #[test]
    fn the_first_fixed_address_that_matches_counts() {
        let resolve = vec![fixed(Some("a.test"), &["127.0.0.2", "::1"]), fixed(None, &["127.0.0.3"])];
        let with = |family: Family| Transport { resolve: resolve.clone(), family, ..Transport::default() };
        check(with(Family::Any), "http://A.test/", &["127.0.0.2:80", "[::1]:80"]);
        check(with(Family::Any), "http://b.test/", &["127.0.0.3:80"]);
        check(with(Family::Any), "http://127.0.0.1:81/", &["127.0.0.1:81"]);
        check(with(Family::Ipv4), "http://a.test/", &["127.0.0.2:80"]);
        check(with(Family::Ipv6), "http://a.test/", &["[::1]:80"]);
        let LoadError(sentence) = routes(&with(Family::Ipv6), "http://b.test/").expect_err("no such address");
        assert!(sentence.contains("no IPv6 address"), "{sentence}");
        let from_v6 = Transport { local_address: "::1".parse().ok(), ..with(Family::Any) };
        check(from_v6, "http://a.test/", &["[::1]:80"]);
    }

    #[test]
    fn a_detour_replaces_what_it_names() {
        let with = |connect_to: ConnectTo| Transport { connect_to: vec![connect_to], ..Transport::default() };
        let there = Some("127.0.0.9");
        check(with(detour((Some("a.test"), Some(80)), (there, Some(8080)))), "http://a.test/", &["127.0.0.9:8080"]);
        check(with(detour((None, None), (there, None))), "http://a.test:81/", &["127.0.0.9:81"]);
        check(with(detour((None, Some(80)), (None, Some(81)))), "http://127.0.0.1/", &["127.0.0.1:81"]);
        check(with(detour((Some("b.test"), None), (there, None))), "http://127.0.0.1/", &["127.0.0.1:80"]);
    }

    #[test]
    fn redirects_cannot_name_servers_without_end() {
        let mut routes = Routes::new(&Transport::default(), &Url::parse("http://127.0.0.1/", None).expect("a URL")).expect("routes");
        let results: Vec<_> =
            (1..=100).map(|port| routes.to(&Url::parse(&format!("http://127.0.0.1:{port}/"), None).expect("a URL"))).collect();
        assert_eq!((&results[0], &results[79]), (&Ok(1), &Ok(super::HOME)));
        assert!(results[99].as_ref().is_err_and(|failure| failure.class.slug() == "redirect-limit"));
    }
}
