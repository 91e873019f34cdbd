#!/usr/bin/env bash
# Builds and runs the tests. Shown are the tests that passed or failed, what was skipped and why, and the totals; the whole
# output, every parameter of every test, is in .build-tests/test.log.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

mkdir -p .build-tests
log=.build-tests/test.log
say "Building the tests (minutes, the first time) …"
set +e
# SWIFT names another toolchain's swift.
"${SWIFT:-swift}" test "$@" >"$log" 2>&1
status=$?
set -e

if [ "$status" -ne 0 ] && ! grep -q 'Test run started' "$log"; then
  grep -E 'error:|warning:' "$log" | sort -u | head -n 40 >&2
  tail -n 5 "$log" >&2
  die "the tests did not build; the whole output is $log"
fi
# A failure's details follow its line.
grep -E '^(✔|✘|➜|↳|􀟈|􀢄)|recorded an issue|skipped|Test run with|Fatal error|error: Exited' "$log" |
  grep -vE 'Test case passing|Suite .* (started|passed)' || true
[ "$status" -eq 0 ] || die "tests failed; the whole output is $log"
