#!/usr/bin/env bash
# Compares the kernels of products and attention with their definition, to the bit: those of this processor, and, on
# another one than ARM's, the ones for NEON under qemu, as processors of three ages have them. Skipped, with a sentence,
# where tools are missing, unless BASIC_REQUIRE_NEON=1. With BASIC_SANITIZE=1 this processor's are compared once more, watched
# for errors of memory and for what C leaves undefined; compiling that takes minutes.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

skip() {
  [ "${BASIC_REQUIRE_NEON:-}" = 1 ] && die "$*"
  say "skipped: $*"
  exit 0
}

compiler="${CC:-clang}"
command -v "$compiler" >/dev/null 2>&1 || skip "no clang was found, which compiles the kernels. CC names one."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
sources=(Sources/CAccelerator/*.c Tests/KernelComparison/*.c)
flags=(-O2 -Wall -Wextra -Werror -ISources/CAccelerator/include)

# works FLAG...: whether a program can be made with them.
works() {
  printf 'int main(void) { return 0; }\n' | "$compiler" "$@" -x c - -o "$work/probe" >/dev/null 2>&1
}

# build NAME FLAG...: the comparison.
build() {
  "$compiler" "${flags[@]}" "${@:2}" "${sources[@]}" -lm -o "$work/$1" || die "the kernels did not compile with ${*:2}"
}

# compare COMMAND...: runs it; the definition's results have to be the same everywhere.
definition=
compare() {
  local output status=0 own
  output="$("$@")" || status=$?
  own="$(printf '%s\n' "$output" | sed -n 's/^definition //p')"
  printf '%s\n' "$output" | grep -v '^definition'
  [ "$status" -eq 0 ] || die "kernels differ from their definition (status $status)"
  definition="${definition:-$own}"
  [ "$own" = "$definition" ] || die "the definition itself gives other results ($own) than before ($definition)"
}

say "This processor:"
build native
compare "$work/native"
sanitizers=(-fsanitize=address,undefined -fno-sanitize-recover=all)
if [ "${BASIC_SANITIZE:-}" = 1 ]; then
  works "${sanitizers[@]}" -fuse-ld=lld || die "$compiler has no sanitizers, or no lld to link them with"
  say "The same, watched:"
  build watched -O1 -g "${sanitizers[@]}" -fuse-ld=lld
  compare "$work/watched"
fi

case "$(uname -m)" in arm64 | aarch64) exit 0 ;; esac
emulator="$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)"
[ -n "$emulator" ] ||
  skip "NEON needs an emulator here: qemu-aarch64-static was not found (Debian: apt-get install qemu-user-static)."
target=(--target=aarch64-linux-gnu -static)
if works "${target[@]}" -fuse-ld=lld; then
  target+=(-fuse-ld=lld)
elif ! works "${target[@]}"; then
  skip "$compiler makes no programs for ARM here. Debian: apt-get install libc6-dev-arm64-cross" \
    "libgcc-12-dev-arm64-cross lld."
fi
build arm "${target[@]}"
# What each of them has to choose. The oldest has no kernel of ours.
while read -r processor best; do
  say "As $processor:"
  compare "$emulator" -cpu "$processor" "$work/arm" "$best"
done <<'PROCESSORS'
max NEON I8MM
cortex-a76 NEON DotProd
cortex-a53 portable C
PROCESSORS
