//! Foreign text in XML, element names and CSV.

/// Whether XML 1.0 knows a character.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..) && c != '\u{7f}'
}

/// Character data and attribute values alike; line breaks and tabs become spaces, what XML does not know U+FFFD.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if is_xml(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

/// A key as the name of an element, where the plugin puts it as it is: a character other than a letter, a digit, `_`, `-` or `.`
/// becomes `_`, and a name that does not begin with a letter or `_`, or begins with `xml`, gets a `_` in front. Keys that XML
/// allows stay as they are; two others may become the same name.
pub fn element(key: &str) -> String {
    // Letters and digits beyond ASCII are more than XML 1.0 allows in names; these ranges are all within.
    let is_letter =
        |c: char| c.is_ascii_alphabetic() || c == '_' || matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}');
    let is_letter = |c: char| is_letter(c) || matches!(c, '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{3001}'..='\u{d7ff}');
    let name: String = key.chars().map(|c| if is_letter(c) || c.is_ascii_digit() || matches!(c, '-' | '.') { c } else { '_' }).collect();
    let is_reserved = name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"));
    if name.starts_with(is_letter) && !is_reserved { name } else { format!("_{name}") }
}

/// A field of CSV (RFC 4180). Line breaks become spaces, so that a row is a line for every reader.
pub fn csv(field: &str) -> String {
    let field: String = field.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

#[cfg(test)]
mod tests {
    use super::{csv, element, xml};

    fn check(found: String, expected: &str) {
        assert_eq!(found, expected);
    }

    #[test]
    fn foreign_text_does_no_harm() {
        check(xml("a<b> & \"c\"\n\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot; \u{fffd}");
        check(csv("a,\"b\"\n"), "\"a,\"\"b\"\" \"");
        check(csv("open cart"), "open cart");
    }

    #[test]
    fn keys_become_names_of_elements() {
        check(element("__shop_a_b"), "__shop_a_b");
        check(element("open cart"), "open_cart");
        check(element("2nd"), "_2nd");
        check(element("-x"), "_-x");
        check(element(""), "_");
        check(element("xmlish"), "_xmlish");
        check(element("a<b>&é"), "a_b__é");
    }
}
