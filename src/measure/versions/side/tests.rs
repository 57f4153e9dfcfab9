use super::{environment, moved, origin, work_of};
use crate::cli::{Cli, Command};
use crate::config::{Plan, Request, Surroundings, Tables};
use crate::measure::versions::{BASE, HEAD, Version};
use crate::model::{Against, SuiteWork, Work};
use clap::Parser;
use std::path::{Path, PathBuf};

/// The first suite of a configuration.
fn suite(file: &str) -> SuiteWork {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("neverslower.toml"), format!("[[suite]]\nname = 's'\n{file}")).unwrap();
    let cli = Cli::try_parse_from(["neverslower", "run"]).unwrap();
    let Command::Run(args) = &cli.command else { panic!("it is a run") };
    let around = Surroundings { directory: root.path().to_path_buf(), ..Surroundings::default() };
    let request = Request { options: &cli.options, around: &around, tables: &Tables::default() };
    Plan::for_run(request, args).unwrap().suites.remove(0).work
}

fn version(name: &'static str) -> Version {
    Version { name, commit: None, directory: PathBuf::from(format!("/{name}")), environment: Vec::new() }
}

/// Commands and URLs of the suite in base, and where they run.
fn check(file: &str, against: Against, expected: &str) {
    let shown = |name| match work_of(&version(name), Path::new("/home/me/shop"), &against, &suite(file)) {
        Ok(SuiteWork { work: Work::Load { server, load }, directory, .. }) => {
            let urls: Vec<String> =
                load.requested().map(|target| target.url.clone()).chain(load.scrape.iter().map(|scrape| scrape.url.clone())).collect();
            let server = server.map_or("-".to_string(), |server| server.command);
            format!("{} {server} {}", directory.display(), urls.join(" "))
        }
        Ok(SuiteWork { work: Work::Command(command), directory, .. }) => format!("{} {}", directory.display(), command.run),
        Ok(other) => panic!("{other:?}"),
        Err(error) => error.to_string(),
    };
    assert_eq!(shown(BASE), expected);
    if !matches!(against, Against::Revision(_)) {
        assert!(!shown(HEAD).contains("old"), "{}", shown(HEAD));
    }
}

#[test]
fn a_server_takes_the_place_of_heads_in_base_alone() {
    let served = "server = { command = 'new {port}', ready = 'http://127.0.0.1:{port}/health' }\n\
                  load = { targets = ['http://127.0.0.1:{port}/a?b', 'http://other:80/'], scrape = 'http://127.0.0.1:{port}/m' }";
    check(
        served,
        Against::Command("old {port}".into()),
        "/base old {port} http://127.0.0.1:{port}/a?b http://other:80/ http://127.0.0.1:{port}/m",
    );
    check(served, Against::Url("https://old/v1/".into()), "/base - https://old/v1/a?b http://other:80/ https://old/v1/m");
    let running = "load = { targets = ['http://h/a', 'http://h', 'http://h2/a'] }";
    check(running, Against::Url("http://old".into()), "/base - http://old/a http://old http://h2/a");
    let session = "[[suite.load.steps]]\nurl = 'http://h/login'\nextract = { next = 'json:/next' }\n\
                   [[suite.load.steps]]\nurl = 'http://h{{next}}'";
    check(session, Against::Url("http://old/".into()), "/base - http://old/login http://old{{next}}");
    check(
        served,
        Against::Revision("v1".into()),
        "/base new {port} http://127.0.0.1:{port}/a?b http://other:80/ http://127.0.0.1:{port}/m",
    );
}

#[test]
fn a_command_that_names_the_checkout_of_head_is_refused() {
    check("command = 'target/tool'", Against::Revision("v1".into()), "/base target/tool");
    check("command = '/home/me/shop2/tool'", Against::Revision("v1".into()), "/base /home/me/shop2/tool");
    let expected = "suite s: `/home/me/shop/tool -x` names this checkout by its absolute path, so base would run the files of head; write it \
                    relative to the configuration";
    check("command = '/home/me/shop/tool -x'", Against::Revision("v1".into()), expected);
}

#[test]
fn an_origin_ends_where_the_path_begins() {
    let all = ["http://h:8/a", "http://h?q=http://x/", "http://h", "https://[::1]:{port}/", "http://h{{next}}", "nothing"].map(origin);
    assert_eq!(all, ["http://h:8", "http://h", "http://h", "https://[::1]:{port}", "http://h", "nothing"]);
}

#[test]
fn variables_of_base_name_its_own_places() {
    let check = |value: &str, expected: Option<&str>| {
        let shared = [("CARGO_TARGET_DIR".to_string(), value.to_string())];
        let found = environment(&shared, Path::new("/home/me/shop"), Path::new("/cache/c/tree"), Path::new("/cache/c"));
        assert_eq!(found.first().map(|(_, value)| value.as_str()), expected, "{value}");
    };
    check("/home/me/shop/target", Some("/cache/c/tree/target"));
    check("/var/target", Some("/cache/c/target"));
    // Relative to each version by itself.
    check("out", None);
    let path = "/a:/home/me/shop/lib:/home/me/shop2:/x/home/me/shop:/home/me/shop";
    assert_eq!(moved(path, "/home/me/shop", "/b"), "/a:/b/lib:/home/me/shop2:/x/home/me/shop:/b");
    let other = [("PYTHONPATH".to_string(), "/usr/lib".to_string())];
    assert_eq!(environment(&other, Path::new("/home/me/shop"), Path::new("/b"), Path::new("/c")), []);
}
