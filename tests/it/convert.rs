//! `convert`: any format in, any report out.

use crate::project::{Project, component, prepared};
use std::process::Command;

/// What `vegeta attack | vegeta encode` writes, shortened to two hits.
const VEGETA: &str = r#"{"attack":"","seq":0,"code":200,"timestamp":"2026-11-23T10:00:00.123456789Z","latency":1234567,"bytes_out":0,"bytes_in":11,"error":"","body":"SGVsbG8gd29ybGQ=","method":"GET","url":"http://127.0.0.1:8080/","headers":null}
{"attack":"","seq":1,"code":503,"timestamp":"2026-11-23T10:00:00.223456789Z","latency":2600000,"bytes_out":0,"bytes_in":5,"error":"503 Service Unavailable","body":"","method":"GET","url":"http://127.0.0.1:8080/err, or not","headers":null}
"#;

#[test]
fn vegeta_becomes_a_jtl_in_milliseconds() {
    let project = Project::new();
    project.write("results.json", VEGETA);
    let jtl = project.call(&["convert", "results.json", "--to", "jtl"]).expect(0).stdout;
    let mut lines = jtl.lines();
    assert_eq!(
        lines.next().unwrap(),
        "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect"
    );
    let first = lines.next().unwrap();
    assert!(first.starts_with("1795428000123,1,"), "timestamps are epoch milliseconds: {first}");
    assert!(lines.next().unwrap().contains("false"), "the 503 is not a success");
}

#[test]
fn every_report_that_fits_is_written_and_the_others_say_why() {
    let project = Project::new();
    project.write("results.json", VEGETA);
    for kind in ["jtl", "jtl-xml", "csv", "json", "junit", "markdown", "text"] {
        let text = project.call(&["convert", "results.json", "--to", kind]).expect(0).stdout;
        assert!(text.len() > 100, "{kind}: {text}");
    }
    project.write("bench.txt", "BenchmarkSort 10 1000 ns/op\n");
    project.call(&["convert", "bench.txt", "--to", "jtl"]).expect(4).says("request");
    project.call(&["convert", "bench.txt", "--to", "jtll"]).expect(2).says("jtl");
}

#[test]
fn a_jtl_survives_the_way_through_csv_and_xml() {
    let project = Project::new();
    project.write("results.json", VEGETA);
    project.call(&["convert", "results.json", "--to", "jtl", "--output", "a.jtl"]).expect(0);
    project.call(&["convert", "a.jtl", "--to", "jtl-xml", "--output", "b.jtl"]).expect(0);
    project.call(&["convert", "b.jtl", "--to", "jtl", "--output", "c.jtl"]).expect(0);
    let columns = |name: &str| -> Vec<Vec<String>> {
        project.read(name).lines().map(|line| line.split(',').take(4).map(str::to_string).collect()).collect()
    };
    assert_eq!(columns("a.jtl"), columns("c.jtl"));
}

#[test]
fn jmeter_5_reads_our_csv_and_our_xml() {
    let (Some(java), Some(classes)) = (component("java"), prepared("jmeter5.classpath")) else { return };
    let project = Project::new();
    project.write("results.json", VEGETA);
    project.write("Reads.java", READS);
    project.write("home/bin/none", "");
    for kind in ["jtl", "jtl-xml"] {
        project.call(&["convert", "results.json", "--to", kind, "--output", kind]).expect(0);
        let mut command = Command::new(&java);
        let output = command.args(["-cp", &classes, "Reads.java", kind]).current_dir(project.path(".")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let expected = "samples=2 errors=1 first=1795428000123 elapsed=1 label=GET /";
        assert!(said.contains(expected), "{kind}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// JMeter's own loader, as its listeners use it, with the properties it ships.
const READS: &str = r#"
import java.nio.file.*;
import org.apache.jmeter.reporters.ResultCollector;
import org.apache.jmeter.samplers.SampleResult;
import org.apache.jmeter.util.JMeterUtils;
import org.apache.jmeter.visualizers.Visualizer;

public class Reads {
    public static void main(String[] arguments) throws Exception {
        for (String name : new String[] {"jmeter.properties", "saveservice.properties", "upgrade.properties"})
            Files.copy(JMeterUtils.class.getResourceAsStream("/bin/" + name), Path.of("home/bin", name), StandardCopyOption.REPLACE_EXISTING);
        JMeterUtils.loadJMeterProperties("home/bin/jmeter.properties");
        JMeterUtils.setJMeterHome("home");
        final int[] seen = new int[2];
        final SampleResult[] first = new SampleResult[1];
        ResultCollector collector = new ResultCollector();
        collector.setListener(new Visualizer() {
            public void add(SampleResult result) {
                if (seen[0]++ == 0) first[0] = result;
                if (!result.isSuccessful()) seen[1]++;
            }
            public boolean isStats() { return false; }
        });
        collector.setFilename(arguments[0]);
        collector.loadExistingFile();
        System.out.println("samples=" + seen[0] + " errors=" + seen[1] + " first=" + first[0].getStartTime()
            + " elapsed=" + first[0].getTime() + " label=" + first[0].getSampleLabel());
    }
}
"#;

#[test]
fn the_plugins_numbers_are_a_report() {
    let project = Project::new();
    project.write("a.csv", "timeStamp,elapsed,label,responseCode,success,bytes\n1,10,a,200,true,0\n2,30,a,500,false,0\n");
    let json: serde_json::Value =
        serde_json::from_str(&project.call(&["convert", "a.csv", "--to", "jenkins"]).expect(0).stdout).expect("JSON");
    assert_eq!((&json[0]["average_ms"], &json[0]["error_percent"]), (&20.into(), &50.0.into()));
    project.write("cut.jtl", "<?xml version=\"1.0\"?>\n<testResults>");
    let json: serde_json::Value =
        serde_json::from_str(&project.call(&["convert", "cut.jtl", "--to", "jenkins"]).expect(0).stdout).expect("JSON");
    assert!(json[0]["dropped"].as_str().is_some_and(|reason| reason.contains("cut.jtl:2: expected a whole XML document")), "{json}");
    project.write("empty.jtl", "");
    project.call(&["convert", "empty.jtl", "--to", "jenkins"]).expect(4).says("the file is empty");
    project.call(&["convert", "none.jtl", "--to", "jenkins"]).expect(4).says("no such file");
    project.call(&["convert", "a.csv", "--to", "jenkins", "--format", "jtl-csv"]).expect(2).says("--format");
    assert!(project.call(&["list", "reports"]).expect(0).stdout.contains("\njenkins "));
}
