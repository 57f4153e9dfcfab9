use super::{code, log, markdown, printable, push_csv, push_xml, shorten, workflow_data, workflow_property, xml};
use proptest::prelude::{any, proptest};

#[track_caller]
fn check(escape: impl Fn(&str) -> String, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(escape(text), *expected, "of {text:?}");
    }
}

fn csv(text: &str) -> String {
    let mut out = Vec::new();
    push_csv(&mut out, text);
    String::from_utf8(out).unwrap()
}

#[test]
fn active_characters_are_replaced() {
    check(
        |text| printable(text).into_owned(),
        &[
            ("plain é", "plain é"),
            ("a\nb\tc\rd", "a b c d"),
            ("\u{1b}[1;31mred\u{1b}[0m", "\u{fffd}red\u{fffd}"),
            ("\u{1b}[", "\u{fffd}"),
            ("bell\u{7}\u{9b}2J", "bell\u{fffd}\u{fffd}2J"),
            ("\u{202e}turned", "\u{fffd}turned"),
        ],
    );
}

#[test]
fn no_word_starts_a_command_of_the_host() {
    check(
        log,
        &[
            ("::error::x", ": :error::x"),
            ("a ::stop", "a : :stop"),
            ("std::fmt", "std::fmt"),
            ("##[group]", "# #[group]"),
            ("x##vso[y]", "x# #vso[y]"),
            ("###", "# # #"),
            ("a\n::b", "a : :b"),
        ],
    );
}

#[test]
fn both_ends_of_a_long_text_stay() {
    check(|text| shorten(text, 7).into_owned(), &[("short", "short"), ("1234567", "1234567"), ("12345678", "123…678")]);
    check(|text| shorten(text, 4).into_owned(), &[("12345", "12…5")]);
}

#[test]
fn xml_holds_no_markup() {
    check(|text| xml(text).into_owned(), &[("a<b>&\"c\"", "a&lt;b&gt;&amp;&quot;c&quot;"), ("\u{0}\u{fffe}", "\u{fffd}\u{fffd}")]);
    check(
        |text| {
            let mut out = Vec::new();
            push_xml(&mut out, text);
            String::from_utf8(out).unwrap()
        },
        &[("plain", "plain"), ("é<", "é&lt;")],
    );
}

#[test]
fn markdown_holds_no_markup() {
    check(
        markdown,
        &[
            ("a|b", "a\\|b"),
            ("<img>", "&lt;img&gt;"),
            ("-->", "--&gt;"),
            ("@team", "@&#8203;team"),
            ("[x](http://y)", "\\[x\\](http://y)"),
            ("`a` *b*", "\\`a\\` \\*b\\*"),
        ],
    );
    check(
        code,
        &[("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a|b", "`a\\|b`"), ("-->", "`-- >`"), ("", "`  `"), ("a\\|b", "a\\\\\\|b")],
    );
}

#[test]
fn workflow_commands_stay_one_command() {
    check(workflow_data, &[("50% of a:b", "50%25 of a:b"), ("a\r\nb", "a  b")]);
    check(workflow_property, &[("a:b,c", "a%3Ab%2Cc")]);
}

#[test]
fn csv_is_quoted_only_where_it_must_be() {
    check(csv, &[("GET /", "GET /"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("a\nb", "a b"), ("é", "é"), ("", "")]);
}

proptest! {
    #[test]
    fn nothing_active_ever_comes_through(text in any::<String>()) {
        for escaped in [log(&text), markdown(&text), code(&text), csv(&text), xml(&text).into_owned(), workflow_data(&text)] {
            assert!(!escaped.chars().any(super::is_active), "{escaped:?}");
        }
        assert!(!xml(&text).contains('<'));
        assert!(!markdown(&text).replace("\\|", "").contains('|'));
    }
}

/// The look at bytes alone never lets an active character pass.
#[test]
fn every_active_character_is_replaced() {
    for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
        let text = format!("µ{c}");
        assert_eq!(matches!(super::printable(&text), std::borrow::Cow::Borrowed(_)), !super::is_active(c), "{c:?}");
    }
}
