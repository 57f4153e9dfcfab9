//! The small languages of the configuration and the command line: names, baselines, globs, targets, headers. Pure;
//! every mistake has its column.

use super::error::{alternatives, did_you_mean};
use super::plan::{self, BaselineChoice};
use super::profile::ProfileName;
use crate::judge::expression::ExpressionError;
use crate::limits;
use crate::model::{Against, Assertions, Target};
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// What stands for a secret in an error.
const HIDDEN: &str = "***";
/// The placeholder for the free port that we choose for a server.
pub const PORT: &str = "{port}";

fn error(column: usize, expected: impl Into<String>, found: &str) -> ExpressionError {
    let found = if found.is_empty() { "the end".to_string() } else { format!("`{}`", super::error::cut(found)) };
    ExpressionError { column, expected: expected.into(), found }
}

/// The 1-based column of the first character that is not as it should be, and the text from there.
fn first_bad(text: &str, is_good: impl Fn(char) -> bool) -> Option<(usize, &str)> {
    let (column, (offset, _)) = text.char_indices().enumerate().find(|(_, (_, c))| !is_good(*c))?;
    Some((column + 1, text.get(offset..)?))
}

/// A name that becomes a file or a directory on every system: suites, environments.
pub fn parse_name(text: &str) -> Result<String, ExpressionError> {
    const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];
    if let Some((column, rest)) = first_bad(text, |c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return Err(error(column, "a name of letters, digits, `-`, `_` and `.`, because files are called by it", rest));
    }
    if text.is_empty() || text.starts_with(['.', '-']) || text.ends_with('.') {
        return Err(error(1, "a name that begins with a letter or a digit, because files are called by it", text));
    }
    if text.len() > limits::NAME_BYTES_MAX {
        return Err(error(1, format!("a name of at most {} bytes", limits::NAME_BYTES_MAX), text));
    }
    if RESERVED.contains(&text.to_lowercase().as_str()) {
        return Err(error(1, "a name that Windows does not reserve", text));
    }
    Ok(text.to_string())
}

/// The profile by its name.
pub fn parse_profile(text: &str) -> Result<ProfileName, ExpressionError> {
    match text {
        "default" => Ok(ProfileName::Default),
        "jenkins" => Ok(ProfileName::Jenkins),
        _ => Err(error(1, alternatives(["default", "jenkins"]), text)),
    }
}

/// The name of an environment; `auto` is none.
pub fn parse_environment(text: &str) -> Result<Option<String>, ExpressionError> {
    if text == "auto" { Ok(None) } else { parse_name(text).map(Some) }
}

/// `auto`, `committed`, `previous`, `build:N`, `against:BASE` or a path.
pub fn parse_baseline(text: &str) -> Result<BaselineChoice, ExpressionError> {
    const WORDS: [&str; 5] = ["auto", "committed", "previous", "build:N", "against:BASE"];
    let accepted = || format!("{} or a path", alternatives(WORDS).replace(" or ", ", "));
    if let Some(number) = text.strip_prefix("build:") {
        return parse_build(number).map(BaselineChoice::Build).map_err(|mistake| moved(mistake, "build:"));
    }
    if let Some(base) = text.strip_prefix("against:") {
        return parse_against(base).map(BaselineChoice::Against).map_err(|mistake| moved(mistake, "against:"));
    }
    match text {
        "auto" => Ok(BaselineChoice::Auto),
        "committed" => Ok(BaselineChoice::Committed),
        "previous" => Ok(BaselineChoice::Previous),
        "" => Err(error(1, accepted(), text)),
        _ if !text.contains(['/', '\\', '.']) && !did_you_mean(text, WORDS).is_empty() => {
            Err(error(1, format!("{}, with `./` before a path that looks like a word", accepted()), text))
        }
        _ => Ok(BaselineChoice::Path(PathBuf::from(text))),
    }
}

/// A mistake in what stands after a prefix.
fn moved(mistake: ExpressionError, prefix: &str) -> ExpressionError {
    ExpressionError { column: mistake.column + prefix.chars().count(), ..mistake }
}

/// What head is measured against: `merge-base`, a revision, `url:…` or `command:…`.
pub fn parse_against(text: &str) -> Result<Against, ExpressionError> {
    if let Some(url) = text.strip_prefix("url:") {
        let placed = |mistake| moved(mistake, "url:");
        let url = parse_url(url).map_err(placed)?;
        return match url.find(PORT) {
            Some(_) => Err(placed(error(1, format!("the URL of a server that runs already (`command:` has `{PORT}`)"), &url))),
            None => Ok(Against::Url(url)),
        };
    }
    if let Some(command) = text.strip_prefix("command:") {
        let expected = format!("a command with `{PORT}`, where the server has to listen: both versions run at once");
        return match command.contains(PORT) {
            true => Ok(Against::Command(command.to_string())),
            false => Err(moved(error(1, expected, command), "command:")),
        };
    }
    match first_bad(text, |c| !c.is_whitespace() && !c.is_control()) {
        Some((column, rest)) => Err(error(column, "the name of one commit", rest)),
        // Git would take it for an option.
        None if text.is_empty() || text.starts_with('-') => {
            Err(error(1, "`merge-base`, a commit, `url:https://…` or `command:…{port}…`", text))
        }
        None if text == "merge-base" => Ok(Against::MergeBase),
        None => Ok(Against::Revision(text.to_string())),
    }
}

/// A whole number within bounds.
pub fn parse_whole(text: &str, bounds: RangeInclusive<u64>) -> Result<u64, ExpressionError> {
    let number = text.parse().ok().filter(|number| bounds.contains(number));
    number.ok_or_else(|| error(1, format!("a whole number from {} to {}", bounds.start(), bounds.end()), text))
}

/// The number of a build.
pub fn parse_build(text: &str) -> Result<u64, ExpressionError> {
    // `+7` would be understood too, but no folder is called so.
    let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    number.ok_or_else(|| error(1, "the number of a build", text))
}

/// A glob over paths.
pub fn parse_glob(text: &str) -> Result<String, ExpressionError> {
    match glob::Pattern::new(text) {
        Ok(_) => Ok(text.to_string()),
        Err(mistake) => {
            let rest: String = text.chars().skip(mistake.pos).collect();
            Err(error(mistake.pos + 1, format!("a glob ({})", mistake.msg), &rest))
        }
    }
}

/// `GET http://…`, or a URL alone, which is requested by GET.
pub fn parse_target(text: &str) -> Result<Target, ExpressionError> {
    let (method, url) = text.split_once(' ').unwrap_or(("GET", text));
    let skipped = text.chars().count() - url.chars().count();
    let method = parse_method(method)?;
    let url = parse_url(url).map_err(|mistake| ExpressionError { column: mistake.column + skipped, ..mistake })?;
    Ok(new_target(method, url))
}

/// A target of nothing but a method and a URL.
pub fn new_target(method: String, url: String) -> Target {
    let label = target_label(&method, &url);
    Target { label, method, url, headers: Vec::new(), body: Vec::new(), weight: plan::TARGET_WEIGHT, assertions: Assertions::default() }
}

/// The name of a target in results: method and path, without the query, whose values would make every request a label.
pub fn target_label(method: &str, url: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    // A variable may hold the path.
    let start = after_scheme.find('/').into_iter().chain(after_scheme.find("{{")).min();
    let path = start.and_then(|start| after_scheme.get(start..)).unwrap_or("/");
    format!("{method} {}", path.split('?').next().unwrap_or(path))
}

/// An HTTP method, in capitals.
pub fn parse_method(text: &str) -> Result<String, ExpressionError> {
    match first_bad(text, |c| c.is_ascii_uppercase() || c == '-') {
        None if !text.is_empty() => Ok(text.to_string()),
        bad => Err(error(bad.map_or(1, |(column, _)| column), "a method in capitals such as `GET`", text)),
    }
}

/// An `http://` or `https://` URL; `{port}` may stand for the port.
pub fn parse_url(text: &str) -> Result<String, ExpressionError> {
    let schemes = ["http://", "https://"];
    let Some((scheme, rest)) = schemes.iter().find_map(|scheme| Some((scheme.len(), text.strip_prefix(scheme)?))) else {
        return Err(error(1, "a URL such as `http://127.0.0.1:8080/`", text));
    };
    let host_column = scheme + 1;
    if let Some((column, rest)) = first_bad(text, |c| c.is_ascii_graphic() && c != '#') {
        return Err(error(column, "printable ASCII without `#` (write others as `%20`)", rest));
    }
    let authority = rest.split(['/', '?']).next().and_then(|text| text.split("{{").next()).unwrap_or(rest);
    if authority.contains('@') {
        return Err(error(host_column, "a host without user and password (send an `Authorization` header)", HIDDEN));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, "80"),
    };
    if host.is_empty() {
        return Err(error(host_column, "a host", rest));
    }
    let port_column = host_column + authority.chars().count() - port.chars().count();
    if port != PORT && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(error(port_column, format!("a port from 1 to 65535, or `{PORT}`"), port));
    }
    Ok(text.to_string())
}

/// Whether the value of a header of that name is to be hidden from whoever reads a report.
pub fn is_secret_header(name: &str) -> bool {
    let name = name.to_lowercase();
    ["auth", "cookie", "token", "key", "secret", "password", "session"].iter().any(|word| name.contains(word))
}

/// The name of a header (RFC 9110 §5.6.2).
pub fn parse_header_name(name: &str) -> Result<String, ExpressionError> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || first_bad(name, is_token).is_some() {
        return Err(error(1, "the name of a header", name));
    }
    Ok(name.to_string())
}

/// The name of a variable, as it stands between `{{` and `}}`.
pub fn parse_placeholder(name: &str) -> Result<String, ExpressionError> {
    if name.is_empty() || first_bad(name, |c| c.is_alphanumeric() || matches!(c, '-' | '_')).is_some() {
        return Err(error(1, "the name of a variable: letters, digits, `-` and `_`", name));
    }
    Ok(name.to_string())
}

/// The name and the value of a header.
pub fn parse_header(name: &str, value: &str) -> Result<(String, String), ExpressionError> {
    const OURS: [&str; 3] = ["content-length", "transfer-encoding", "connection"];
    parse_header_name(name)?;
    if OURS.contains(&name.to_lowercase().as_str()) {
        return Err(error(1, "a header that is not written by the load engine itself", name));
    }
    if value.contains(|c: char| c.is_control() && c != '\t') {
        return Err(error(1, "a header in one line without control characters", value));
    }
    Ok((name.to_string(), value.trim().to_string()))
}

/// `Name: value`.
pub fn parse_header_line(text: &str) -> Result<(String, String), ExpressionError> {
    let Some((name, value)) = text.split_once(':') else {
        return Err(error(1, "a header such as `Accept: text/html`", text));
    };
    parse_header(name, value)
}

#[cfg(test)]
mod tests {
    use super::{parse_against, parse_baseline, parse_glob, parse_header_line, parse_name, parse_target};
    use std::fmt::Debug;

    fn check<T: Debug>(found: Result<T, crate::judge::expression::ExpressionError>, expected: &str) {
        let found = match found {
            Ok(value) => format!("{value:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn names_are_safe_as_file_names_everywhere() {
        check(parse_name("Prüfung-1.x_y"), "\"Prüfung-1.x_y\"");
        let letters = "a name of letters, digits, `-`, `_` and `.`, because files are called by it";
        check(parse_name("a/b"), &format!("column 2: expected {letters}, found `/b`"));
        check(parse_name("a b"), &format!("column 2: expected {letters}, found ` b`"));
        let begin = "a name that begins with a letter or a digit, because files are called by it";
        check(parse_name(".."), &format!("column 1: expected {begin}, found `..`"));
        check(parse_name("-x"), &format!("column 1: expected {begin}, found `-x`"));
        check(parse_name("NUL"), "column 1: expected a name that Windows does not reserve, found `NUL`");
        assert_eq!(parse_name(&"x".repeat(500)).unwrap_err().expected, "a name of at most 100 bytes");
    }

    #[test]
    fn baselines_are_words_numbers_versions_and_paths() {
        check(parse_baseline("committed"), "Committed");
        check(parse_baseline("old/run.json"), "Path(\"old/run.json\")");
        check(parse_baseline("../old"), "Path(\"../old\")");
        check(parse_baseline("previous"), "Previous");
        check(parse_baseline("build:123"), "Build(123)");
        check(parse_baseline("build:"), "column 7: expected the number of a build, found the end");
        check(parse_baseline("build:+1"), "column 7: expected the number of a build, found `+1`");
        check(parse_baseline("build:last"), "column 7: expected the number of a build, found `last`");
        check(parse_baseline("against:merge-base"), "Against(MergeBase)");
        check(parse_baseline("against:a b"), "column 10: expected the name of one commit, found ` b`");
        let words = "`auto`, `committed`, `previous`, `build:N`, `against:BASE` or a path";
        let expected = format!("{words}, with `./` before a path that looks like a word");
        check(parse_baseline("previus"), &format!("column 1: expected {expected}, found `previus`"));
        check(parse_baseline("comitted"), &format!("column 1: expected {expected}, found `comitted`"));
    }

    #[test]
    fn head_is_measured_against_commits_and_servers() {
        check(parse_against("merge-base"), "MergeBase");
        check(parse_against("v1.2~3"), "Revision(\"v1.2~3\")");
        check(parse_against("url:https://old.example/shop"), "Url(\"https://old.example/shop\")");
        check(parse_against("command:docker run -p {port}:80 shop:1.4"), "Command(\"docker run -p {port}:80 shop:1.4\")");
        let expected = "a URL such as `http://127.0.0.1:8080/`";
        check(parse_against("url:old.example"), &format!("column 5: expected {expected}, found `old.example`"));
        let expected = "the URL of a server that runs already (`command:` has `{port}`)";
        check(parse_against("url:http://h:{port}/"), &format!("column 5: expected {expected}, found `http://h:{{port}}/`"));
        let expected = "a command with `{port}`, where the server has to listen: both versions run at once";
        check(parse_against("command:run 80"), &format!("column 9: expected {expected}, found `run 80`"));
        let expected = "`merge-base`, a commit, `url:https://…` or `command:…{port}…`";
        check(parse_against(""), &format!("column 1: expected {expected}, found the end"));
        check(parse_against("--all"), &format!("column 1: expected {expected}, found `--all`"));
    }

    #[test]
    fn globs_show_where_they_break() {
        check(parse_glob("out/**/*.jtl"), "\"out/**/*.jtl\"");
        check(parse_glob("out/[ab.jtl"), "column 5: expected a glob (invalid range pattern), found `[ab.jtl`");
    }

    fn target(text: &str, expected: &str) {
        check(parse_target(text).map(|target| (target.method, target.url, target.label)), expected);
    }

    #[test]
    fn targets_are_a_method_and_a_url() {
        target("GET http://127.0.0.1:{port}/", r#"("GET", "http://127.0.0.1:{port}/", "GET /")"#);
        target("POST http://h/a/b?q=1", r#"("POST", "http://h/a/b?q=1", "POST /a/b")"#);
        target("http://[::1]:80", r#"("GET", "http://[::1]:80", "GET /")"#);
        target("GET http://h:8{{a}}/b?c={{d}}", r#"("GET", "http://h:8{{a}}/b?c={{d}}", "GET {{a}}/b")"#);
        target("http://[::1]/x", r#"("GET", "http://[::1]/x", "GET /x")"#);
    }

    #[test]
    fn mistakes_in_targets_have_their_column() {
        target("get http://h/", "column 1: expected a method in capitals such as `GET`, found `get`");
        target("GET ftp://h/", "column 5: expected a URL such as `http://127.0.0.1:8080/`, found `ftp://h/`");
        target("https://h:x/", "column 11: expected a port from 1 to 65535, or `{port}`, found `x`");
        target("GET /path", "column 5: expected a URL such as `http://127.0.0.1:8080/`, found `/path`");
        target("GET http://h/a b", "column 15: expected printable ASCII without `#` (write others as `%20`), found ` b`");
        target("http://h:99999/", "column 10: expected a port from 1 to 65535, or `{port}`, found `99999`");
        target("http://h:{prot}/", "column 10: expected a port from 1 to 65535, or `{port}`, found `{prot}`");
        target("http://h:/", "column 10: expected a port from 1 to 65535, or `{port}`, found the end");
        target("http:///x", "column 8: expected a host, found `/x`");
        let expected = "a host without user and password (send an `Authorization` header)";
        target("http://a:b@h/", &format!("column 8: expected {expected}, found `***`"));
    }

    #[test]
    fn headers_cannot_smuggle() {
        check(parse_header_line("Accept:  text/html "), r#"("Accept", "text/html")"#);
        check(parse_header_line("Accept"), "column 1: expected a header such as `Accept: text/html`, found `Accept`");
        check(parse_header_line("A B: c"), "column 1: expected the name of a header, found `A B`");
        let found = parse_header_line("A: b\r\nC: d").unwrap_err();
        assert_eq!(found.expected, "a header in one line without control characters");
        let expected = "a header that is not written by the load engine itself";
        check(parse_header_line("Content-length: 5"), &format!("column 1: expected {expected}, found `Content-length`"));
    }
}
