//! TLS on a socket that does not block. Certificates are verified against the public authorities (or those of `--cacert`),
//! which are part of the program: every machine comes to the same result, whatever its own store holds.

use super::LoadError;
use super::failure::{ErrorClass, Failure};
use super::stream::Socket;
use crate::model::{Material, Origin, TlsWork};
use crate::net::Unverified;
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    AlertDescription, CertificateError, CipherSuite, ClientConfig, ClientConnection, HandshakeKind, ProtocolVersion, RootCertStore,
};
use std::io::{self, Read, Write};
use std::sync::Arc;

/// What is offered to be spoken: one of the two, by the version that was asked for.
pub const ALPN: &str = "http/1.1";
pub const ALPN_HTTP2: &str = "h2";

/// What the handshakes of a run share.
pub fn client_config(work: &TlsWork, alpn: &str) -> Result<ClientConfig, LoadError> {
    let provider = Arc::new(ring::default_provider());
    let impossible = |error: rustls::Error| LoadError(format!("TLS cannot be set up: {error}"));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().map_err(impossible)?;
    let builder = if work.insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified::new(&provider)))
    } else {
        builder.with_root_certificates(roots(work.ca.as_ref())?)
    };
    let mut config = match (&work.cert, &work.key) {
        (None, None) => builder.with_no_client_auth(),
        (Some(cert), key) => {
            // One file may hold both.
            let key_file = key.as_ref().unwrap_or(cert);
            let chain = certificates(cert)?;
            let key = PrivateKeyDer::from_pem_slice(&key_file.content.0)
                .map_err(|error| LoadError(format!("expected a private key (PEM) in {}: {error}", shown(key_file))))?;
            builder.with_client_auth_cert(chain, key).map_err(|error| {
                LoadError(format!("the client certificate of {} and the key of {} do not fit: {error}", shown(cert), shown(key_file)))
            })?
        }
        (None, Some(key)) => {
            return Err(LoadError(format!("the key of {} has no certificate; name it with `cert` (--cert)", shown(key))));
        }
    };
    config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    if !work.resumption {
        config.resumption = Resumption::disabled();
    }
    Ok(config)
}

fn roots(ca: Option<&Material>) -> Result<RootCertStore, LoadError> {
    let Some(ca) = ca else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(ca)? {
        roots.add(certificate).map_err(|error| LoadError(format!("a certificate of {} cannot be trusted: {error}", shown(ca))))?;
    }
    Ok(roots)
}

fn certificates(file: &Material) -> Result<Vec<CertificateDer<'static>>, LoadError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&file.content.0).collect();
    let found = found.map_err(|error| LoadError(format!("expected certificates (PEM) in {}: {error}", shown(file))))?;
    if found.is_empty() {
        return Err(LoadError(format!("expected certificates (PEM) in {}, found none", shown(file))));
    }
    Ok(found)
}

fn shown(file: &Material) -> String {
    match &file.from {
        Origin::File(path) => path.display().to_string(),
        Origin::Environment(name) => format!("${name}"),
        Origin::Typed => "what was typed".to_string(),
    }
}

/// What a handshake came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secured {
    pub version: Option<ProtocolVersion>,
    pub cipher: Option<CipherSuite>,
    pub is_resumed: bool,
}

impl Secured {
    /// Such as `TLSv1.3`.
    pub fn version_name(&self) -> String {
        self.version.and_then(|version| version.as_str()).unwrap_or("unknown").replace("v1_", "v1.")
    }

    /// Its name in the registry.
    pub fn cipher_name(&self) -> String {
        self.cipher.and_then(|cipher| cipher.as_str()).unwrap_or("unknown").to_string()
    }
}

/// A TLS session on its socket.
#[derive(Debug)]
pub struct TlsStream {
    socket: Socket,
    session: ClientConnection,
    is_ended: bool,
}

impl TlsStream {
    /// Begins a session; nothing is sent yet.
    pub fn new(socket: Socket, config: &Arc<ClientConfig>, name: &ServerName<'static>) -> Result<TlsStream, Failure> {
        let session = ClientConnection::new(Arc::clone(config), name.clone());
        let session = session.map_err(|error| Failure::owned(ErrorClass::Tls, error.to_string()))?;
        Ok(TlsStream { socket, session, is_ended: false })
    }

    /// Goes on with the handshake as far as the socket allows; what it came to, once it is complete.
    pub fn handshake(&mut self) -> Result<Option<Secured>, Failure> {
        loop {
            if let Err(error) = self.flush() {
                return if error.kind() == io::ErrorKind::WouldBlock { Ok(None) } else { Err(broken(&error)) };
            }
            if !self.session.is_handshaking() {
                return Ok(Some(Secured {
                    version: self.session.protocol_version(),
                    cipher: self.session.negotiated_cipher_suite().map(|suite| suite.suite()),
                    is_resumed: self.session.handshake_kind() == Some(HandshakeKind::Resumed),
                }));
            }
            match self.receive() {
                Ok(0) => return Err(Failure::new(ErrorClass::Tls, "the server closed the connection during the TLS handshake")),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(broken(&error)),
            }
        }
    }

    /// What the handshake agreed to speak.
    pub fn alpn(&self) -> Option<&[u8]> {
        self.session.alpn_protocol()
    }

    /// Whether the peer has said that it will send nothing more.
    pub fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Tells the peer that this is the end, if it can be told at once.
    pub fn say_goodbye(&mut self) {
        self.session.send_close_notify();
        let _ = self.flush();
    }

    /// Records from the socket into the session; 0 at the end of the socket.
    fn receive(&mut self) -> io::Result<usize> {
        let got = self.session.read_tls(&mut self.socket)?;
        match self.session.process_new_packets() {
            Ok(state) => {
                self.is_ended |= state.peer_has_closed();
                Ok(got)
            }
            Err(error) => {
                // The alert that tells the peer why.
                let _ = self.flush();
                Err(io::Error::new(io::ErrorKind::InvalidData, error))
            }
        }
    }
}

impl Read for TlsStream {
    /// `UnexpectedEof` where the socket ended and TLS did not: what came may have been cut.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.session.reader().read(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
            // What the socket did not take before, or what the session answers by itself.
            match self.flush() {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                _ => self.receive()?,
            };
        }
    }
}

impl Write for TlsStream {
    /// Takes nothing new while the socket has not taken what was written before.
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.flush()?;
        let taken = self.session.writer().write(from)?;
        match self.flush() {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            self.session.write_tls(&mut self.socket)?;
        }
        Ok(())
    }
}

/// The TLS error within an error of a socket.
pub fn failure_of(error: &io::Error) -> Option<Failure> {
    let error: &rustls::Error = error.get_ref()?.downcast_ref()?;
    if *error == rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol) {
        return Some(Failure::new(ErrorClass::Protocol, "the server speaks none of the HTTP versions that were offered (ALPN)"));
    }
    let way_out = match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => "; name its authority with `ca` (--cacert)",
        rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. } | CertificateError::NotValidForName) => {
            "; name whom to expect with `server_name` (--sni)"
        }
        rustls::Error::InvalidCertificate(CertificateError::Other(_)) => "; a server needs a certificate that an authority issued to it",
        rustls::Error::InvalidMessage(_) => "; does the server speak TLS there?",
        _ => "",
    };
    Some(Failure::owned(ErrorClass::Tls, format!("{error}{way_out}")))
}

fn broken(error: &io::Error) -> Failure {
    failure_of(error).unwrap_or_else(|| Failure::owned(ErrorClass::Tls, format!("the TLS handshake broke off: {error}")))
}

/// The name to ask for and to verify.
pub fn server_name(work: &TlsWork, host: &str) -> Result<ServerName<'static>, LoadError> {
    let name = work.server_name.as_deref().unwrap_or(host);
    ServerName::try_from(name.to_string()).map_err(|_| LoadError(format!("expected a host name or an address for TLS, found {name:?}")))
}
