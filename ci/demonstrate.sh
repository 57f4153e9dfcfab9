#!/bin/sh
# Shows that the gate on this repository can fail: accepts a run of the hello suite into a scratch folder of baselines, lets
# every answer wait 20 ms, and demands exit code 1; then unchanged again, and demands that it does not fail.
set -eu
cd "$(dirname "$0")/.."
gate=target/release/neverslower
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
where="--results $scratch/results --baselines $scratch/baselines --environment demonstration"

expect() {
  wanted=$1
  shift
  code=0
  "$@" || code=$?
  case " $wanted " in
    *" $code "*) ;;
    *) echo "demonstration: exit $code where $wanted was expected: $*" >&2; exit 1 ;;
  esac
}

# shellcheck disable=SC2086
{
  expect "0" $gate run hello $where
  expect "0" $gate accept --yes $where
  expect "1" env HELLO_SLEEP_MS=20 $gate run hello $where
  expect "3" env HELLO_ERROR_RATE=0.02 $gate run hello $where
  expect "0 3" $gate run hello $where
}
echo "demonstration: red when slowed by 20 ms, unstable at 2 % errors, not red unchanged"
