use crate::format::read;
use crate::model::{Distribution, Run};
use crate::record::{Keep, Recorder};
use crate::source::Input;

/// Series as `label metric unit better values`, or the error.
#[track_caller]
fn check(text: &str, expected: Result<&[&str], &str>) {
    let mut recorder = Recorder::new(Keep::Exact);
    let result = read(&Input::bytes("x", text), Some("plain"), &mut recorder);
    let found = result.map(|_| rendered(&recorder.finish("x"))).map_err(|error| error.to_string());
    match expected {
        Ok(lines) => assert_eq!(found.unwrap(), lines, "{text}"),
        Err(part) => assert!(found.as_ref().is_err_and(|error| error.contains(part)), "expected {part:?} in {found:?}"),
    }
}

fn rendered(run: &Run) -> Vec<String> {
    let line = |series: &crate::model::Series| {
        let Distribution::Values(values) = &series.distribution else { panic!("no values") };
        let (unit, better) = (series.unit.as_str(), series.better.as_str());
        format!("{} {} {unit} {better} {values:?}{}", series.key.label, series.key.metric, if run.partial { " partial" } else { "" })
    };
    run.series.values().map(line).collect()
}

#[test]
fn words() {
    check("sort 1.5 ms\nsort 2 us\n", Ok(&["sort time ns lower [1500000.0, 2000.0]"]));
    check("a cpu_time 7 ns\na 8 ns\n", Ok(&["a cpu_time ns lower [7.0]", "a time ns lower [8.0]"]));
    check("# c\n\"a \"\"b\"\"\"  3 chars/op better=higher\n", Ok(&["a \"b\" chars/op chars/op higher [3.0]"]));
    check("a 2 KiB\na throughput 5 per_second\n", Ok(&["a bytes bytes lower [2048.0]", "a throughput per_second higher [5.0]"]));
    check("a 3 instructions\na instructions 4 count\n", Err("x:2"));
    check("a NaN ns\na 1 ns\n", Ok(&["a time ns lower [1.0]"]));
    check("a 1 ns\na 2 n", Ok(&["a time ns lower [1.0] partial"]));
}

#[test]
fn columns() {
    check("name,value,unit\n\"a,b\",1,ns\n", Ok(&["a,b time ns lower [1.0]"]));
    check("unit, value, name, metric, better\ns,2e-9,a,m,higher\nB,3,b,,\n", Ok(&["a m ns higher [2.0]", "b bytes bytes lower [3.0]"]));
    check("name,value,unit,colour\na,1,ns,red\n", Err("x:1: expected the columns name, metric, value, unit and better, found \"colour\""));
    check("name,value,unit\na,1\n", Err("x:2: expected 3 fields, found \"a,1\""));
    check("name,value,unit\na,one,ns\n", Err("x:2:3: expected a number that is not negative, found \"one\""));
}

#[test]
fn objects() {
    check("{\"name\":\"a b\",\"value\":1.5,\"unit\":\"us\"}\n", Ok(&["a b time ns lower [1500.0]"]));
    let schema = "{\"schema\":\"neverslower.plain.v1\"}\n";
    check(&format!("{schema}{{\"name\":\"a\",\"metric\":\"m\",\"value\":1,\"unit\":\"count\"}}"), Ok(&["a m count unknown [1.0]"]));
    check(&format!("{schema}{{\"name\":\"a\",\"value\":null,\"unit\":\"ns\"}}\n"), Err("x: expected values, found none"));
    check(&format!("{schema}{{\"name\":\"a\",\"vale\":1,\"unit\":\"ns\"}}\n"), Err("x:2:18: expected {\"name\""));
    check("{\"schema\":\"neverslower.plain.v2\"}\n", Err("expected neverslower.plain.v1"));
}

#[test]
fn what_is_no_value_is_an_error_with_its_place() {
    check("", Err("the input is empty"));
    check("# neverslower plain v1\n", Err("expected values, found none; docs/FORMATS.md shows"));
    check("a 1 ns\n\nwarming up\n", Err("x:3: expected `name value unit` or `name metric value unit`, found \"warming up\""));
    check("read file 1 2 ns\n", Err("x:1: expected `name value unit`"));
    check("a -1 ns\n", Err("x:1:3: expected a number that is not negative, found \"-1\""));
    check("\"a 1 ns\n", Err("x:1: expected `name value unit`"));
    check("\"\" 1 ns\n", Err("expected a name and a unit"));
    check("a 1 ns better=faster\n", Err("expected better=lower, higher or unknown, found \"faster\""));
}
