#!/usr/bin/env bash
# Style beyond what swift-format knows: shell scripts parse, Python compiles, no file is two concepts, no machine's paths.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

failed=0
complain() {
  printf '%s\n' "$*" >&2
  failed=1
}

files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do [ -f "$file" ] && echo "$file"; done; }

while read -r script; do
  bash -n "$script" || complain "$script does not parse"
done < <(files '*.sh' '.ci/run')

while read -r source; do
  python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$source" ||
    complain "$source does not parse"
done < <(files 'Training/*.py' 'Training/**/*.py' 'Examples/*.py' 'Sources/**/*.py')

while read -r source; do
  case "$source" in
    # Generated from Sources/CUDAToolchain/Resources by Scripts/embed-resources.sh.
    */EmbeddedResources.swift) continue ;;
    # Run alone in an isolated interpreter, so it has to be one file.
    */extract_cuda.py) continue ;;
  esac
  lines=$(wc -l <"$source")
  [ "$lines" -le 400 ] || complain "$source has $lines lines: is it still one concept?"
done < <(files '*.swift' '*.py' '*.c' '*.h')

# /home/me is nobody's.
if files '*' | grep -v -e '\.gguf$' | tr '\n' '\0' | xargs -0 grep -nIE '(/home|/root|/Users)/[a-z]' -- | grep -v '/home/me' >&2; then
  complain "a machine's own path is in the tree"
fi

exit "$failed"
