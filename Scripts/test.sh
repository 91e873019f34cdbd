#!/usr/bin/env bash
# Builds and runs the tests. Shown are the tests that passed or failed, what was skipped and why, and the totals; the whole
# output, every parameter of every test, is in .build-tests/test.log.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

swift="${SWIFT:-swift}"
mkdir -p .build-tests
log=.build-tests/test.log

say "Building the tests (minutes, the first time) …"
"$swift" build "$@" --build-tests >"$log" 2>&1 || {
  grep -E 'error:|warning:' "$log" | sort -u | head -n 40 >&2
  tail -n 5 "$log" >&2
  die "the tests did not build; the whole output is $log"
}

# Modules that compute for long without pause, or start many processes, run by themselves: they would hold up the others'
# waiting beyond its limits.
groups=(
  'SpeculativeDecodingTests|CAcceleratorTests|LlamaProgramsTests|LanguageModelsTests|JSONReadingTests|ServerSentEventsTests|GPUModelsTests|KernelVerdictsTests|KernelBenchTests|KernelPromptingTests|KernelSearchTests|PTXTests'
  LanguageModelClientsTests
  LlamaRuntimeTests
  RunStoreTests
  CUDAToolchainTests
  VirtualGPUTests
  KernelEvaluationTests
  KernelReportsTests
  BasicCommandsTests
)
failed=()
for group in "${groups[@]}"; do
  part=".build-tests/test.part.log"
  "$swift" test "$@" --skip-build --filter "^($group)\\." >"$part" 2>&1 || failed+=("$group")
  cat "$part" >>"$log"
  # A failure's details follow its line.
  grep -E '^(✔|✘|➜|↳)|recorded an issue|skipped|Fatal error|error: Exited' "$part" |
    grep -vE 'Test case passing|Suite .* (started|passed)' || true
done
[ "${#failed[@]}" -eq 0 ] || die "tests failed in ${failed[*]}; the whole output is $log"
