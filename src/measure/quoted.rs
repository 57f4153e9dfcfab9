//! Lists whose members may hold quoted text.

/// The parts between separators that do not stand in double quotes; a backslash keeps the character after it from ending a
/// quotation. An open quotation goes on to the end.
pub(super) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |c: char| {
        let is_separator = c == separator && !is_quoted;
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = is_quoted && c == '\\' && !is_escaped;
        is_separator
    })
}

#[cfg(test)]
mod tests {
    use super::split;

    fn check(text: &str, parts: &[&str]) {
        assert_eq!(split(text, ',').collect::<Vec<_>>(), parts, "{text}");
    }

    #[test]
    fn a_separator_in_quotes_separates_nothing() {
        check("", &[""]);
        check("a,b", &["a", "b"]);
        check(r#"a="1,2",b"#, &[r#"a="1,2""#, "b"]);
        check(r#"a="1\",2",b"#, &[r#"a="1\",2""#, "b"]);
        check(r#"a="1\\",b"#, &[r#"a="1\\""#, "b"]);
        check(r#"a\,"b,c"#, &[r"a\", r#""b,c"#]);
    }
}
