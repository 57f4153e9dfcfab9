#!/bin/sh
# Installs what the tests with real components need, from the package registries of Debian and Maven.
# `ci/install.sh peers` also installs the load generators that ci/load-cost.py compares with.
# A registry that does not answer is tried three times and then reported by exit code 75: that is not our failure.
set -eu

attempt() {
  for pause in 5 20 0; do
    if "$@" >"$log" 2>&1; then return 0; fi
    [ "$pause" = 0 ] || sleep "$pause"
  done
  echo "ci/install.sh: a package source did not deliver: $*" >&2
  tail -n 5 "$log" >&2
  exit 75
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

wanted="java:default-jdk-headless mvn:maven git:git script:bsdutils nghttpd:nghttp2-server nginx:nginx go:golang-go"
if [ "${1:-}" = peers ]; then
  wanted="$wanted wrk:wrk hey:hey ab:apache2-utils h2load:nghttp2-client openssl:openssl"
fi
missing=""
for pair in $wanted; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
if [ -n "$missing" ]; then
  attempt apt-get update
  # shellcheck disable=SC2086
  attempt env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
fi

# JMeter 5 as classes only, from Maven Central: our JTL is shown to its own loader.
mkdir -p target/components
if [ ! -s target/components/jmeter5.classpath ]; then
  cat >target/components/pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>components</groupId><artifactId>jmeter5</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.jmeter</groupId><artifactId>ApacheJMeter_http</artifactId><version>5.6.3</version></dependency>
    <dependency><groupId>org.apache.jmeter</groupId><artifactId>ApacheJMeter_config</artifactId><version>5.6.3</version></dependency>
  </dependencies>
</project>
EOF
  attempt mvn -q -B -f target/components/pom.xml dependency:build-classpath -Dmdep.outputFile=jmeter5.classpath
fi

# Debian has no oha.
if [ "${1:-}" = peers ] && ! command -v oha >/dev/null 2>&1; then
  attempt cargo install oha --version 1.16.0 --locked --root target/components/oha
fi
