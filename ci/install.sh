#!/bin/sh
# Installs what the tests with real components need, from the package registries of Debian and Go.
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

missing=""
for pair in nginx:/usr/sbin/nginx wrk:/usr/bin/wrk hey:/usr/bin/hey jmeter:/usr/bin/jmeter time:/usr/bin/time python3:/usr/bin/python3; do
  [ -x "${pair#*:}" ] || missing="$missing ${pair%%:*}"
done
if [ -n "$missing" ]; then
  attempt apt-get update
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive attempt apt-get install -y --no-install-recommends $missing
fi
if ! command -v vegeta >/dev/null 2>&1 && [ ! -x "$(go env GOPATH)/bin/vegeta" ]; then
  attempt go install github.com/tsenart/vegeta/v12@v12.12.0
fi
