//! Content that a configuration names and does not hold: certificates, keys, passwords, bodies. It is read when the plan is
//! made, so that a missing file is a usage error, and shown nowhere.

use super::error::ConfigError;
use super::plan::Surroundings;
use crate::limits;
use crate::model::{Auth, LoadWork, Origin, Secret};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Reads everything that a load refers to; paths are relative to `root`.
pub fn fill(load: &mut LoadWork, root: &Path, around: &Surroundings) -> Result<(), ConfigError> {
    let transport = &mut load.transport;
    if let Some(path) = &mut transport.unix_socket {
        *path = below(root, path);
    }
    let tls = &mut transport.tls;
    for (key, file) in [("ca", &mut tls.ca), ("cert", &mut tls.cert), ("key", &mut tls.key)] {
        if let Some(file) = file {
            file.content = content(key, &file.from, root, around)?;
        }
    }
    if let Some(auth) = &mut transport.auth {
        let (Auth::Basic(secret) | Auth::Bearer(secret)) = auth;
        if secret.from != Origin::Typed {
            secret.content = one_line(content("auth", &secret.from, root, around)?);
        }
        check_auth(auth)?;
    }
    Ok(())
}

fn check_auth(auth: &Auth) -> Result<(), ConfigError> {
    let (expected, is_fine, material) = match auth {
        Auth::Basic(material) => ("user:password", material.content.0.contains(&b':'), material),
        Auth::Bearer(material) => {
            ("a token of printable ASCII", !material.content.0.is_empty() && material.content.0.iter().all(u8::is_ascii_graphic), material)
        }
    };
    let place = match &material.from {
        Origin::Typed => "--user".to_string(),
        Origin::Environment(name) => format!("auth: ${name}"),
        Origin::File(path) => format!("auth: {}", path.display()),
    };
    // What was found is a secret, even a malformed one.
    if is_fine { Ok(()) } else { Err(ConfigError::new(place, expected, "something else (not shown)")) }
}

fn content(key: &str, from: &Origin, root: &Path, around: &Surroundings) -> Result<Secret, ConfigError> {
    match from {
        Origin::Typed => Ok(Secret::default()),
        Origin::File(path) => bytes(key, &around.directory.join(root), path, limits::SECRET_BYTES_MAX).map(Secret),
        Origin::Environment(name) => match around.named(name) {
            Some(value) => Ok(Secret(value.into_bytes())),
            None => Err(ConfigError::new(key, format!("the environment variable {name}"), "none, or an empty one")),
        },
    }
}

/// Files end in a line break, secrets do not.
fn one_line(mut secret: Secret) -> Secret {
    secret.0.truncate(secret.0.trim_ascii_end().len());
    secret
}

/// A file that a key or a flag names, below a directory, to be read as it is needed.
pub fn open(key: &str, directory: &Path, path: &Path) -> Result<File, ConfigError> {
    #[allow(clippy::disallowed_methods, reason = "files that a configuration names are opened here")]
    File::open(directory.join(path)).map_err(|error| unreadable(key, path, &error))
}

fn unreadable(key: &str, path: &Path, error: &io::Error) -> ConfigError {
    let found = if error.kind() == io::ErrorKind::NotFound { "no such file".to_string() } else { error.to_string() };
    ConfigError::new(key, "a readable file", format!("{}: {found}", path.display()))
}

/// The bytes of a file that a key or a flag names, below a directory; shown as it was named.
pub fn bytes(key: &str, directory: &Path, path: &Path, max: u64) -> Result<Vec<u8>, ConfigError> {
    let mut bytes = Vec::new();
    let file = open(key, directory, path)?;
    file.take(max + 1).read_to_end(&mut bytes).map_err(|error| unreadable(key, path, &error))?;
    if bytes.len() as u64 > max {
        return Err(ConfigError::new(key, format!("a file of at most {max} bytes"), format!("{}: a longer one", path.display())));
    }
    Ok(bytes)
}

fn below(root: &Path, path: &Path) -> PathBuf {
    if root == Path::new(".") { path.to_path_buf() } else { root.join(path) }
}

#[cfg(test)]
mod tests {
    use super::fill;
    use crate::config::load::default_load;
    use crate::config::plan::Surroundings;
    use crate::model::{Auth, Material, Origin, Transport};
    use std::path::{Path, PathBuf};

    /// What is sent for an `auth`; an error must not show what it found.
    fn check(auth: Auth, expected: Result<&str, &str>) {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("below")).unwrap();
        for (name, text) in [("login", "me:s3cret\n"), ("token", "s3cret"), ("broken", "s3 cret")] {
            std::fs::write(directory.path().join("below").join(name), text).unwrap();
        }
        let variables = [("LOGIN", "me:s3cret".to_string()), ("NO_LOGIN", "s3cret".to_string())].into();
        let around = Surroundings { now_ns: 0, directory: directory.path().to_path_buf(), typed: Vec::new(), variables };
        let transport = Transport { auth: Some(auth), unix_socket: Some(PathBuf::from("x.sock")), ..Transport::default() };
        let mut load = crate::model::LoadWork { transport, ..default_load(Vec::new()) };
        let found = fill(&mut load, Path::new("below"), &around).map(|()| match load.transport.auth {
            Some(Auth::Basic(material) | Auth::Bearer(material)) => String::from_utf8(material.content.0).unwrap(),
            None => panic!("no auth"),
        });
        match found {
            Ok(content) => {
                assert_eq!((Ok(content.as_str()), load.transport.unix_socket), (expected, Some(PathBuf::from("below/x.sock"))));
            }
            Err(error) => {
                let text = error.to_string();
                assert!(Err(text.as_str()) == expected && !text.contains("s3"), "{text}");
            }
        }
    }

    #[test]
    fn secrets_come_from_variables_and_files() {
        let file = |name: &str| Material::unread(Origin::File(name.into()));
        let variable = |name: &str| Material::unread(Origin::Environment(name.into()));
        check(Auth::Basic(file("login")), Ok("me:s3cret"));
        check(Auth::Bearer(file("token")), Ok("s3cret"));
        check(Auth::Basic(variable("LOGIN")), Ok("me:s3cret"));
        check(Auth::Basic(file("none")), Err("auth: expected a readable file, found none: no such file"));
        let no_variable = "auth: expected the environment variable NEVERSLOWER_NOT_SET, found none, or an empty one";
        check(Auth::Bearer(variable("NEVERSLOWER_NOT_SET")), Err(no_variable));
        check(Auth::Basic(variable("NO_LOGIN")), Err("auth: $NO_LOGIN: expected user:password, found something else (not shown)"));
        let no_token = "auth: broken: expected a token of printable ASCII, found something else (not shown)";
        check(Auth::Bearer(file("broken")), Err(no_token));
    }
}
