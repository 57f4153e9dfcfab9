//! Flags about how `load` reaches the server, as users of hey, oha, vegeta and curl type them.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connections")]
pub struct TransportArgs {
    /// Time after which connecting (proxy and TLS included) has failed; a bare number is seconds [default: 5s]
    #[arg(long, value_name = "TIME")]
    pub connect_timeout: Option<String>,
    /// A connection for every request
    #[arg(long)]
    pub disable_keepalive: bool,
    /// Follow up to N redirects within one request [default: 0, a redirect is an answer]
    #[arg(short = 'r', long, alias = "redirects", value_name = "N")]
    pub redirect: Option<u64>,
    /// Ask for gzip; bodies are counted as they come
    #[arg(long)]
    pub compressed: bool,
    /// Speak HTTP/2 and nothing else: agreed over TLS, by prior knowledge (h2c) to `http://` [default: HTTP/1.1]
    #[arg(long)]
    pub http2: bool,
    /// HTTP/2: requests at a time on each connection [default: 1]
    #[arg(short = 'p', long, requires = "http2", value_name = "N")]
    pub streams: Option<u64>,
    /// HTTP proxy; `https://` goes through CONNECT
    #[arg(short = 'x', long, value_name = "[http://][USER:PASSWORD@]HOST:PORT")]
    pub proxy: Option<String>,
    /// Connect to this socket instead of TCP
    #[arg(long, value_name = "PATH")]
    pub unix_socket: Option<PathBuf>,
    /// Connect to HOST2:PORT2 where the URL says HOST:PORT; empty parts match all, or stay; repeatable
    #[arg(long, value_name = "HOST:PORT:HOST2:PORT2")]
    pub connect_to: Vec<String>,
    /// Addresses of a host (or `*`), instead of asking a resolver; repeatable
    #[arg(long, value_name = "HOST:PORT:ADDRESS[,…]")]
    pub resolve: Vec<String>,
    /// Only IPv4 addresses
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    pub ipv4: bool,
    /// Only IPv6 addresses
    #[arg(short = '6', long)]
    pub ipv6: bool,
    /// Address of this machine to connect from
    #[arg(long, aliases = ["interface", "laddr"], value_name = "ADDRESS")]
    pub local_address: Option<String>,
    /// Certificates (PEM) of the authorities to trust [default: the public ones]
    #[arg(long, alias = "root-certs", value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Our certificate chain (PEM), possibly with its key
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// The key of --cert (PEM)
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Server name to ask for and to verify [default: the host of the URL]
    #[arg(long, alias = "server-name", value_name = "NAME")]
    pub sni: Option<String>,
    /// Do not verify certificates; every report says so
    #[arg(short = 'k', long, conflicts_with = "cacert")]
    pub insecure: bool,
    /// Resume TLS sessions on later connections [default: every handshake is a full one]
    #[arg(long)]
    pub tls_resumption: bool,
}

/// Headers that have a flag of their own.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Headers")]
pub struct HeaderArgs {
    /// Basic authentication; the value is shown nowhere
    #[arg(short = 'a', long, value_name = "USER:PASSWORD")]
    pub user: Option<String>,
    /// `Accept` header
    #[arg(short = 'A', long, value_name = "TYPE")]
    pub accept: Option<String>,
    /// `Content-Type` header
    #[arg(short = 'T', long, value_name = "TYPE")]
    pub content_type: Option<String>,
    /// `User-Agent` header
    #[arg(short = 'U', long, value_name = "TEXT")]
    pub user_agent: Option<String>,
    /// `Host` header
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
}
