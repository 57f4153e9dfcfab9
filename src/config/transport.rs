//! How a load reaches its server: the keys of `load = { … }` about it, and the same from the command line.

use super::error::{ConfigError, typed};
use super::plan;
use super::table::{Shape, Table};
use super::value::{self, parse_header};
use crate::cli::{HeaderArgs, TransportArgs};
use crate::judge::expression::ExpressionError;
use crate::limits;
use crate::model::{Auth, ConnectTo, Family, Http, LoadWork, Material, Origin, Proxy, Resolve, Secret, TlsWork, Transport};
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;
use toml::Spanned;

/// `tls = { … }` of a load.
pub const TLS: Shape = Shape { name: "tls", keys: &["ca", "cert", "key", "server_name", "insecure", "resumption"] };
/// `auth = { … }` of a load.
pub const AUTH: Shape = Shape { name: "auth", keys: &["basic_env", "basic_file", "bearer_env", "bearer_file"] };

/// A load that says nothing about its connections.
pub fn default_transport() -> Transport {
    Transport {
        redirects: plan::REDIRECTS,
        connection_per_request: !plan::KEEP_ALIVE,
        compressed: plan::COMPRESSED,
        tls: TlsWork { insecure: plan::TLS_INSECURE, resumption: plan::TLS_RESUMPTION, ..TlsWork::default() },
        ..Transport::default()
    }
}

/// The keys of a load that are about its connections.
pub fn read(table: &mut Table<'_>) -> Result<Transport, ConfigError> {
    let default = default_transport();
    let families = [("any", Family::Any), ("ipv4", Family::Ipv4), ("ipv6", Family::Ipv6)];
    let redirects = table.integer("redirects", 0..=limits::REDIRECTS_MAX)?;
    let http = read_http(table)?;
    let tls = table.table("tls", &TLS)?.map(|tls| read_tls(tls, &default.tls)).transpose()?;
    let transport = Transport {
        unix_socket: table.string("unix_socket")?.map(PathBuf::from),
        proxy: table.expression("proxy", parse_proxy_without_credentials)?.map(Spanned::into_inner),
        connect_to: expressions(table, "connect_to", parse_connect_to)?,
        resolve: expressions(table, "resolve", parse_resolve)?,
        family: table.word("addresses", &families)?.unwrap_or(default.family),
        local_address: table.expression("local_address", parse_address)?.map(Spanned::into_inner),
        redirects: redirects.map_or(default.redirects, |count| u32::try_from(count).unwrap_or(u32::MAX)),
        connection_per_request: table.boolean("keep_alive")?.map_or(default.connection_per_request, |keep_alive| !keep_alive),
        compressed: table.boolean("compressed")?.unwrap_or(default.compressed),
        auth: table.table("auth", &AUTH)?.map(read_auth).transpose()?,
        tls: tls.unwrap_or(default.tls),
        http,
    };
    contradiction(&transport).map_or(Ok(transport), |(expected, found)| Err(table.error(expected, found)))
}

/// `http` and `streams`.
fn read_http(table: &mut Table<'_>) -> Result<Http, ConfigError> {
    let version = table.word("http", &[("1.1", Http::One), ("2", Http::Two { streams: plan::STREAMS })])?;
    let streams = table.integer("streams", 1..=limits::HTTP2_STREAMS_MAX)?;
    match (version.unwrap_or_default(), streams) {
        (Http::One, Some(_)) => Err(table.error("`http = \"2\"` beside `streams`", "HTTP/1.1, which has none")),
        (Http::Two { .. }, Some(streams)) => Ok(Http::Two { streams: u32::try_from(streams).unwrap_or(u32::MAX) }),
        (version, None) => Ok(version),
    }
}

fn expressions<T>(
    table: &mut Table<'_>,
    key: &'static str,
    parse: impl Fn(&str) -> Result<T, ExpressionError>,
) -> Result<Vec<T>, ConfigError> {
    let document = table.document;
    let texts = table.texts(key)?.into_iter();
    texts.map(|text| parse(text.get_ref()).map_err(|mistake| document.inside(&text.span(), text.get_ref(), mistake))).collect()
}

fn read_tls(mut table: Table<'_>, default: &TlsWork) -> Result<TlsWork, ConfigError> {
    let mut file = |key| Ok(table.string(key)?.map(|path| Material::unread(Origin::File(PathBuf::from(path)))));
    let (ca, cert, key) = (file("ca")?, file("cert")?, file("key")?);
    let tls = TlsWork {
        ca,
        cert,
        key,
        server_name: table.string("server_name")?,
        insecure: table.boolean("insecure")?.unwrap_or(default.insecure),
        resumption: table.boolean("resumption")?.unwrap_or(default.resumption),
    };
    if tls.key.is_some() && tls.cert.is_none() {
        return Err(table.error("`cert` with its `key`", "only `key`"));
    }
    if tls.insecure && tls.ca.is_some() {
        return Err(table.error("`ca` or `insecure = true`", "both"));
    }
    Ok(tls)
}

fn read_auth(mut table: Table<'_>) -> Result<Auth, ConfigError> {
    let found = table.written(AUTH.keys);
    let [key] = found.as_slice() else {
        let found = if found.is_empty() { "none".to_string() } else { format!("`{}`", found.join("` and `")) };
        return Err(table.error("one of `basic_env`, `basic_file`, `bearer_env`, `bearer_file`", found));
    };
    let name = table.required(key)?.into_inner();
    let is_variable = key.ends_with("_env");
    let material = Material::unread(if is_variable { Origin::Environment(name) } else { Origin::File(PathBuf::from(name)) });
    Ok(if key.starts_with("basic") { Auth::Basic(material) } else { Auth::Bearer(material) })
}

/// The same as typed.
pub fn from_arguments(args: &TransportArgs, headers: &HeaderArgs) -> Result<Transport, ConfigError> {
    let default = default_transport();
    let file = |path: &Option<PathBuf>| path.clone().map(|path| Material::unread(Origin::File(path)));
    let redirects = args.redirect.unwrap_or(u64::from(default.redirects));
    if redirects > limits::REDIRECTS_MAX {
        return Err(ConfigError::new("--redirect", format!("at most {}", limits::REDIRECTS_MAX), redirects.to_string()));
    }
    let streams = args.streams.unwrap_or(u64::from(plan::STREAMS));
    if !(1..=limits::HTTP2_STREAMS_MAX).contains(&streams) {
        return Err(ConfigError::new("--streams", format!("1 to {}", limits::HTTP2_STREAMS_MAX), streams.to_string()));
    }
    let transport = Transport {
        http: if args.http2 { Http::Two { streams: u32::try_from(streams).unwrap_or(u32::MAX) } } else { default.http },
        unix_socket: args.unix_socket.clone(),
        proxy: args.proxy.as_deref().map(typed_proxy).transpose()?,
        connect_to: args.connect_to.iter().map(|text| typed("--connect-to", text, parse_connect_to)).collect::<Result<_, _>>()?,
        resolve: args.resolve.iter().map(|text| typed("--resolve", text, parse_resolve)).collect::<Result<_, _>>()?,
        family: match (args.ipv4, args.ipv6) {
            (true, _) => Family::Ipv4,
            (false, true) => Family::Ipv6,
            (false, false) => default.family,
        },
        local_address: args.local_address.as_deref().map(|text| typed("--local-address", text, parse_address)).transpose()?,
        redirects: u32::try_from(redirects).unwrap_or(u32::MAX),
        connection_per_request: args.disable_keepalive || default.connection_per_request,
        compressed: args.compressed || default.compressed,
        auth: headers.user.as_ref().map(|user| Auth::Basic(Material { from: Origin::Typed, content: Secret(user.clone().into_bytes()) })),
        tls: TlsWork {
            ca: file(&args.cacert),
            cert: file(&args.cert),
            key: file(&args.key),
            server_name: args.sni.clone(),
            insecure: args.insecure || default.tls.insecure,
            resumption: args.tls_resumption || default.tls.resumption,
        },
    };
    contradiction(&transport).map_or(Ok(transport), |(expected, found)| Err(ConfigError::new("load", expected, found)))
}

/// What it asks for and cannot have together.
fn contradiction(transport: &Transport) -> Option<(&'static str, &'static str)> {
    let is_tcp_named = !transport.connect_to.is_empty()
        || !transport.resolve.is_empty()
        || transport.local_address.is_some()
        || transport.family != Family::Any;
    if transport.unix_socket.is_some() && (is_tcp_named || transport.proxy.is_some()) {
        return Some(("a unix socket, or settings of TCP (proxy, connect-to, resolve, addresses, local address)", "both"));
    }
    if transport.http != Http::One && transport.connection_per_request {
        return Some(("HTTP/2, or connections that are not kept", "both"));
    }
    if transport.proxy.is_some() && !transport.connect_to.is_empty() {
        return Some(("a proxy or connect-to", "both"));
    }
    None
}

/// What its requests need and its way to them cannot give: a proxy forwards plain requests as HTTP/1, and tunnels only `https://`.
pub fn check(load: &LoadWork) -> Result<(), ConfigError> {
    let is_forwarded = load.transport.http != Http::One && load.transport.proxy.is_some();
    match load.requested().map(|target| &target.url).find(|url| is_forwarded && !url.to_ascii_lowercase().starts_with("https:")) {
        None => Ok(()),
        Some(url) => {
            let expected = "`https://` where HTTP/2 goes through a proxy";
            let error = ConfigError::new("proxy", expected, format!("`{}`", super::error::cut(url)));
            Err(error.hint("a proxy forwards `http://` in HTTP/1; leave out the proxy, or HTTP/2"))
        }
    }
}

/// A flag, and the header that it gives.
pub type FlagHeader = (&'static str, (String, String));

/// The headers that have a flag, with the name of the flag.
pub fn headers(args: &HeaderArgs) -> Result<Vec<FlagHeader>, ConfigError> {
    let flags = [
        ("--accept", "Accept", &args.accept),
        ("--content-type", "Content-Type", &args.content_type),
        ("--user-agent", "User-Agent", &args.user_agent),
        ("--host", "Host", &args.host),
    ];
    let typed_ones = flags.into_iter().filter_map(|(flag, name, value)| Some((flag, name, value.as_deref()?)));
    typed_ones.map(|(flag, name, value)| Ok((flag, typed(flag, value, |value| parse_header(name, value))?))).collect()
}

fn mistake(expected: &str, found: &str) -> ExpressionError {
    ExpressionError { column: 1, expected: expected.to_string(), found: format!("`{}`", super::error::cut(found)) }
}

/// An error must not show what may be a password.
fn typed_proxy(text: &str) -> Result<Proxy, ConfigError> {
    let shown = text.rsplit_once('@').map_or(text, |(_, host)| host);
    parse_proxy(text).map_err(|error| ConfigError::new("--proxy", error.expected, format!("`{}`", super::error::cut(shown))))
}

fn parse_proxy_without_credentials(text: &str) -> Result<Proxy, ExpressionError> {
    if text.contains('@') {
        let expected = "a proxy without user and password (type them: --proxy)".to_string();
        return Err(ExpressionError { column: 1, expected, found: "some (not shown)".to_string() });
    }
    parse_proxy(text)
}

/// `http://user:password@host:port`; only host and port are needed.
fn parse_proxy(text: &str) -> Result<Proxy, ExpressionError> {
    const EXPECTED: &str = "an HTTP proxy such as `http://127.0.0.1:3128`";
    let wrong = || mistake(EXPECTED, text);
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
        Some(_) => return Err(wrong()),
        None => text,
    };
    let (credentials, authority) = match rest.rsplit_once('@') {
        Some((credentials, authority)) => (Some(Secret(credentials.as_bytes().to_vec())), authority),
        None => (None, rest),
    };
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    value::parse_url(&format!("http://{authority}/")).map_err(|_| wrong())?;
    if authority.contains(['/', '?', '{']) {
        return Err(wrong());
    }
    Ok(Proxy { authority: authority.to_string(), credentials })
}

/// `host:port:host2:port2` as curl and oha know it.
fn parse_connect_to(text: &str) -> Result<ConnectTo, ExpressionError> {
    let wrong = || mistake("HOST:PORT:HOST2:PORT2 (empty parts match all, or stay)", text);
    let parts = parts(text);
    let [host, port, to_host, to_port] = parts.as_slice() else { return Err(wrong()) };
    let name = |host: &&str| (!host.is_empty()).then(|| without_brackets(host));
    let number = |port: &&str| if port.is_empty() { Ok(None) } else { parse_port(port).map(Some).ok_or_else(wrong) };
    let detour = ConnectTo { host: name(host), port: number(port)?, to_host: name(to_host), to_port: number(to_port)? };
    if detour.to_host.is_none() && detour.to_port.is_none() { Err(wrong()) } else { Ok(detour) }
}

/// `host:port:address,address` as curl knows it.
fn parse_resolve(text: &str) -> Result<Resolve, ExpressionError> {
    let wrong = || mistake("HOST:PORT:ADDRESS[,ADDRESS] with IP addresses", text);
    let (host, rest) = match text.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':').ok_or_else(wrong)?),
        None => text.split_once(':').ok_or_else(wrong)?,
    };
    let (port, addresses) = rest.split_once(':').ok_or_else(wrong)?;
    let addresses: Option<Vec<IpAddr>> = addresses.split(',').map(|address| without_brackets(address).parse().ok()).collect();
    let host = match host {
        "" => return Err(wrong()),
        "*" => None,
        host => Some(host.to_string()),
    };
    Ok(Resolve { host, port: parse_port(port).ok_or_else(wrong)?, addresses: addresses.ok_or_else(wrong)? })
}

fn parse_address(text: &str) -> Result<IpAddr, ExpressionError> {
    text.parse().map_err(|_| mistake("an IP address of this machine", text))
}

/// Parts between colons; those in brackets are of an IPv6 address.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let split = |c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ':' && depth == 0
    };
    text.split(split).collect()
}

fn without_brackets(host: &str) -> String {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|inner| inner.parse::<Ipv6Addr>().is_ok());
    inner.unwrap_or(host).to_string()
}

fn parse_port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests;
