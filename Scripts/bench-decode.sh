#!/usr/bin/env bash
# Measures decoding against llama.cpp's own programs: builds them, makes cost models (models of the size that is named, which
# write what the bundled one writes), and compares.
#
#   SIZES="0.5b 1.5b" TYPES="q8_0 q4_0"   the cost models; "bundled" is the bundled pair itself
#   PROMPTS=kernels,rewrites              kinds of prompts
#   ROUNDS=3 TOKENS=400                   how often, and how long texts are at most
#   THREADS=N                             for everybody; default: one for each processor
#   PROBLEMS="1/19 2/12"                  some problems of KernelBench's, instead of those below
#   RESULTS=DIR                           where the results go, as text and as JSON; default: bench-decode
#
# The problems are eight of KernelBench's, four of each of the first two levels, where KERNELBENCH_DIR or ./KernelBench
# has them, and otherwise eight examples.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

basic="${1:-.build/release/basic}"
models="$engine_dir/cost-models"
results="${RESULTS:-$root/bench-decode}"
threads="${THREADS:-$(processors)}"
python="$python_dir/bin/python"

Scripts/setup-llama-tools.sh
[ -x "$basic" ] || die "$basic is no program: make build makes it."
[ -x "$python" ] || die "There is no Python environment: make setup makes it."
mkdir -p "$models" "$results"

# widened FILE ARGUMENTS...: a cost model, made once for each version of the script and of the source.
widened() {
  local file="$1"
  shift
  local wanted
  wanted="$(cat Benchmarks/widen_gguf.py Benchmarks/gguf_file.py "$1" | hash_of_text) $*"
  if [ -f "$file" ] && [ "$(cat "$file.stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
  say "Making $file …"
  rm -f "$file.stamp"
  "$python" Benchmarks/widen_gguf.py "$1" "$file.new" "${@:2}"
  mv "$file.new" "$file"
  printf '%s' "$wanted" >"$file.stamp"
}

problems=()
kernelbench="${KERNELBENCH_DIR:-KernelBench}"
if [ -d "$kernelbench" ]; then
  for problem in ${PROBLEMS:-1/19 1/36 1/40 1/95 2/1 2/12 2/53 2/80}; do problems+=(--problems "$problem"); done
  problems+=(--kernelbench "$kernelbench")
else
  for problem in Examples/0[1-8]_*.py; do problems+=(--problems "$problem"); done
fi

compare() {
  local name="$1" target="$2" draft="$3"
  say "— $name"
  "$basic" bench engines --llama-cpp "$engine_dir" --model "$target" --draft "$draft" --threads "$threads" \
    --prompts "${PROMPTS:-kernels,rewrites}" --rounds "${ROUNDS:-3}" --max-tokens "${TOKENS:-400}" "${problems[@]}" \
    --json "$results/$name.json" | tee "$results/$name.txt"
}

draft_model=Models/basic-kernel-draft-q8_0.gguf
target_model=Models/basic-kernel-target-q8_0.gguf
for size in ${SIZES:-0.5b 1.5b}; do
  if [ "$size" = bundled ]; then
    compare bundled "$target_model" "$draft_model"
    continue
  fi
  # A draft has the vocabulary of its target.
  vocabulary=151936
  if [ "$size" = 7b ]; then vocabulary=152064; fi
  draft="$models/draft-$vocabulary.gguf"
  widened "$draft" "$draft_model" --vocabulary "$vocabulary"
  for type in ${TYPES:-q8_0 q4_0}; do
    target="$models/target-$size-$type.gguf"
    options=(--like "$size")
    if [ "$type" = q4_0 ]; then options+=(--to q4_0); fi
    widened "$target" "$target_model" "${options[@]}"
    compare "$size-$type" "$target" "$draft"
  done
done
