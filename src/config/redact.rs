//! The command line as it may be shown: reproduce lines and stored runs go to people who must not read passwords.

use super::value::is_secret_header;

/// What stands for a secret.
const HIDDEN: &str = "***";

/// Shows a value without its secret.
type Hide = fn(&str) -> String;

/// Flags whose value may hold a secret, and what of it is shown.
const FLAGS: [(&str, Option<char>, Hide); 3] =
    [("--user", Some('a'), |_| HIDDEN.to_string()), ("--proxy", Some('x'), without_credentials), ("--header", Some('H'), without_value)];
/// Short flags without a value, which may stand before another one in the same word.
const SWITCHES: &str = "46kvh";

/// The words without their secrets.
pub fn redacted(words: &[String]) -> Vec<String> {
    let mut shown = Vec::with_capacity(words.len());
    let mut hide: Option<Hide> = None;
    for word in words {
        shown.push(match hide.take() {
            Some(hide) => hide(word),
            None => {
                let (word, next) = flag(word);
                hide = next;
                word
            }
        });
    }
    shown
}

/// A word with the secret in it hidden, or what hides the word after it.
fn flag(word: &str) -> (String, Option<Hide>) {
    for (long, short, hide) in FLAGS {
        if word == long {
            return (word.to_string(), Some(hide));
        }
        if let Some(value) = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('=')) {
            return (format!("{long}={}", hide(value)), None);
        }
        let Some((switches, value)) = short.and_then(|short| word.strip_prefix('-')?.split_once(short)) else { continue };
        if switches.chars().all(|switch| SWITCHES.contains(switch)) {
            let shown = word.len() - value.len();
            let before = word.get(..shown).unwrap_or_default();
            return if value.is_empty() { (word.to_string(), Some(hide)) } else { (format!("{before}{}", hide(value)), None) };
        }
    }
    (word.to_string(), None)
}

fn without_credentials(proxy: &str) -> String {
    let Some((before, host)) = proxy.rsplit_once('@') else { return proxy.to_string() };
    let scheme = before.split_once("://").map_or_else(String::new, |(scheme, _)| format!("{scheme}://"));
    format!("{scheme}{HIDDEN}@{host}")
}

fn without_value(header: &str) -> String {
    match header.split_once(':') {
        Some((name, _)) if is_secret_header(name) => format!("{name}: {HIDDEN}"),
        _ => header.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::redacted;

    fn check(typed: &str, expected: &str) {
        let words: Vec<String> = typed.split('|').map(str::to_string).collect();
        assert_eq!(redacted(&words).join("|"), expected);
    }

    #[test]
    fn passwords_are_hidden_however_they_are_typed() {
        check("load|http://h/|-a|me:s3cret|-n|5", "load|http://h/|-a|***|-n|5");
        check("load|--user|me:s3cret", "load|--user|***");
        check("load|--user=me:s3cret", "load|--user=***");
        check("load|-ame:s3cret|-4kame:s3cret|-ka|me:s3cret", "load|-a***|-4ka***|-ka|***");
        check("load|-x|http://me:s3cret@p:1|--proxy=me:s3cret@p:1|-xp:1", "load|-x|http://***@p:1|--proxy=***@p:1|-xp:1");
    }

    #[test]
    fn headers_that_carry_secrets_lose_their_value() {
        check("-H|Authorization: Bearer t0ken|-H|Accept: */*", "-H|Authorization: ***|-H|Accept: */*");
        check("-HX-Api-Key:t0ken|--header=Cookie: a=b", "-HX-Api-Key: ***|--header=Cookie: ***");
        check("--header|PRIVATE-TOKEN: t0ken", "--header|PRIVATE-TOKEN: ***");
    }

    #[test]
    fn other_words_stay() {
        check("run|hello|--exit-zero|--baseline|a|-data", "run|hello|--exit-zero|--baseline|a|-data");
    }
}
