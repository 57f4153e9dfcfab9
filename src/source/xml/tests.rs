use super::{TagKind, unescape};
use crate::source::{Input, Source};

/// All tags as `kind name|attribute=value|…@line`, an error as its text, `cut` where the input stops within markup.
fn read(text: &[u8]) -> Vec<String> {
    let mut tags = Source::open(&Input::bytes("x", text)).unwrap().xml().unwrap();
    let mut all = Vec::new();
    loop {
        let tag = match tags.next() {
            Ok(Some(tag)) => tag,
            Ok(None) => break,
            Err(error) => return [all, vec![error.to_string()]].concat(),
        };
        let kind = match tag.kind {
            TagKind::Open => '+',
            TagKind::Close => '-',
            TagKind::Empty => '.',
        };
        let attributes: String =
            tag.attributes().map(|(name, value)| format!("|{}={}", String::from_utf8_lossy(name), value.of(tag.text))).collect();
        all.push(format!("{kind}{}{attributes}@{}", tag.name, tag.line()));
    }
    all.extend(tags.is_cut().then(|| "cut".to_string()));
    all
}

fn check(text: &str, want: &[&str]) {
    assert_eq!(read(text.as_bytes()), want, "{text:?}");
}

#[test]
fn reads_tags() {
    check("<?xml version=\"1.0\"?>\n<a x=\"1\" yy = '2\"'>t &lt; <b/>\n</a>", &["+a|x=1|yy=2\"@2", ".b@2", "-a@3"]);
    check("<a><!-- <b> --><![CDATA[<c>]]><d\n e=\"f>/\"\n/></a>", &["+a@1", ".d|e=f>/@1", "-a@3"]);
    check(
        "<a long=\"0123456789012345678901234567890123456789012345678901234567890123456789\" b=\"&amp;\"/>",
        &[".a|long=0123456789012345678901234567890123456789012345678901234567890123456789|b=&amp;@1"],
    );
}

#[test]
fn refuses_and_tells_cuts() {
    check(
        "<a>\n<!DOCTYPE x [<!ENTITY y \"z\">]>",
        &["+a@1", "x:2: expected no document type declaration, found <!DOCTYPE; result files need none, and entities can be bombs"],
    );
    check("<a><b c=\"d", &["+a@1", "cut"]);
    check("<a><!-- b", &["+a@1", "cut"]);
    check("< b>", &["x:1: expected a name after <, found none; write < as &lt; in text and attributes"]);
    assert_eq!(read(b"<a b=\"\xff\" c=\"d\"/>"), [".a|b=\u{fffd}|c=d@1"]);
}

#[test]
fn resolves_entities() {
    let check = |value: &str, want: Option<&str>| {
        let mut plain = String::new();
        assert_eq!(unescape(value, &mut plain).map(|()| plain.as_str()), want, "{value:?}");
    };
    check("plain", Some("plain"));
    check("a &amp;&lt;&gt;&quot;&apos; b", Some("a &<>\"' b"));
    check("&#10;&#x4e;&#xe9;", Some("\nNé"));
    check("&own;", None);
    check("a & b", None);
    check("&#xd800;", None);
}

#[test]
fn gives_text_behind_a_tag() {
    let filler = "x".repeat(crate::limits::READ_BUFFER_BYTES);
    for before in ["", filler.as_str()] {
        let text = format!("<a>{before}<b>20.4 &lt;</b>rest</a>");
        let mut tags = Source::open(&Input::bytes("x", &text)).unwrap().xml().unwrap();
        tags.next().unwrap();
        assert_eq!(tags.next().unwrap().unwrap().name, "b");
        assert_eq!(tags.current().unwrap().name, "b");
        assert_eq!(tags.text().unwrap(), "20.4 &lt;");
        assert_eq!(tags.next().unwrap().unwrap().name, "b");
        assert_eq!(tags.text().unwrap(), "rest");
        assert_eq!(tags.next().unwrap().unwrap().name, "a");
        assert_eq!(tags.text().unwrap(), "");
    }
}
