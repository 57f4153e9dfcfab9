//! Names as the plugin makes them: of reports from files, keys from labels.

/// The name under which the plugin knows a file: its base name, with every `-<digits>.xml` replaced by `.xml`; no digit at all
/// counts too.
pub fn report_name(file: &str) -> String {
    let mut rest = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let mut name = String::new();
    while let Some((before, after)) = rest.split_once('-') {
        name.push_str(before);
        match after.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(".xml") {
            Some(after_it) => {
                name.push_str(".xml");
                rest = after_it;
            }
            None => {
                name.push('-');
                rest = after;
            }
        }
    }
    name + rest
}

/// The name of a report's suite: without its extension.
pub fn suite_name(report: &str) -> String {
    match report.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_string(),
        _ => report.to_string(),
    }
}

/// Under which labels are paired: every `http:`, then every `https:` removed, then `/` and `:` replaced by `_`.
pub fn key(label: &str) -> String {
    label.replace("http:", "").replace("https:", "").replace(['/', ':'], "_")
}

/// Keys that are equal ignoring case, as Java compares them, become the same text.
pub fn folded(key: &str) -> String {
    let single = |mut chars: Box<dyn Iterator<Item = char>>, otherwise: char| match (chars.next(), chars.next()) {
        (Some(one), None) => one,
        _ => otherwise,
    };
    key.chars()
        .map(|c| match c {
            '\u{130}' => 'i',
            // Beyond the first plane Java compares halves of characters, which have no case.
            c if c > '\u{ffff}' => c,
            c => {
                let upper = single(Box::new(c.to_uppercase()), c);
                single(Box::new(upper.to_lowercase()), upper)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{folded, key, report_name, suite_name};

    fn check(found: String, expected: &str) {
        assert_eq!(found, expected);
    }

    #[test]
    fn names_and_keys_are_the_plugins() {
        check(report_name("out/cart-20240102.xml"), "cart.xml");
        check(report_name("cart-.xml"), "cart.xml");
        check(report_name("a-1.xml-b-2.jtl"), "a.xml-b-2.jtl");
        check(report_name("--5.xml"), "-.xml");
        check(suite_name("cart.v2.jtl"), "cart.v2");
        check(suite_name(".jtl"), ".jtl");
        // Worked example 14.
        check(key("https://shop/a:b"), "__shop_a_b");
        check(key("http:https:a"), "a");
        assert_eq!(folded("PAY"), folded("pay"));
        assert_eq!(folded("İı"), folded("iI"));
        assert_ne!(folded("ß"), folded("ss"));
    }
}
