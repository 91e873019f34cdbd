#!/usr/bin/env bash
# Builds and runs the tests that ask a real llama-server: that of BASIC_LLAMA_SERVER, or else the one that is built here.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

swift="${SWIFT:-swift}"
if [ -z "${BASIC_LLAMA_SERVER:-}" ]; then
  Scripts/setup-llama-tools.sh
  export BASIC_LLAMA_SERVER="$engine_dir/llama-server"
fi
[ -x "$BASIC_LLAMA_SERVER" ] || die "BASIC_LLAMA_SERVER=$BASIC_LLAMA_SERVER is no program. Leave it unset to have llama-server built."

mkdir -p .build-tests
log=.build-tests/test-endpoints.log
say "Building the tests (minutes, the first time) …"
"$swift" build "$@" --build-tests >"$log" 2>&1 || {
  grep -E 'error:|warning:' "$log" | sort -u | head -n 40 >&2
  tail -n 5 "$log" >&2
  die "the tests did not build; the whole output is $log"
}
status=0
"$swift" test "$@" --skip-build --filter '^EndpointTests\.' >"$log" 2>&1 || status=$?
grep -E '^(✔|✘|➜|↳)|recorded an issue|skipped|Fatal error|error: Exited' "$log" |
  grep -vE 'Test case passing|Suite .* (started|passed)' || true
[ "$status" -eq 0 ] || die "tests failed; the whole output is $log"
# Without the server's program the tests are skipped, and a run without tests is no success.
grep -qE '^✔ Test run with [1-9]' "$log" || die "no test was run; the whole output is $log"
