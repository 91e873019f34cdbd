#!/usr/bin/env bash
# Installs the built basic below a prefix: bin/basic, share/basic/models, share/basic/python, completions.
#
#   Scripts/install.sh PREFIX            Scripts/install.sh --remove PREFIX
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

remove=no
if [ "${1:-}" = --remove ]; then
  remove=yes
  shift
fi
prefix="${1:?install.sh needs a prefix}"
binary="$root/.build/release/basic"

completions() {
  printf '%s\n' "bash $prefix/share/bash-completion/completions/basic" \
    "zsh $prefix/share/zsh/site-functions/_basic" "fish $prefix/share/fish/vendor_completions.d/basic.fish"
}

if [ "$remove" = yes ]; then
  rm -rf "$prefix/bin/basic" "$prefix/share/basic"
  completions | while read -r _ path; do rm -f "$path"; done
  say "removed from $prefix"
  exit 0
fi

[ -x "$binary" ] || die "basic is not built yet; run make build."
mkdir -p "$prefix/bin" "$prefix/share/basic/models" "$prefix/share/basic/examples"
# Without what only a debugger reads, which is a third of it.
if ! strip -S -o "$prefix/bin/basic.new" "$binary" 2>/dev/null; then cp "$binary" "$prefix/bin/basic.new"; fi
chmod 755 "$prefix/bin/basic.new"
mv -f "$prefix/bin/basic.new" "$prefix/bin/basic"
install -m 644 "$root"/Models/*.gguf "$prefix/share/basic/models/"
install -m 644 "$root"/Examples/* "$prefix/share/basic/examples/"
# The environment is made anew: a virtual environment does not survive being copied.
BASIC_PYTHON_DIR="$prefix/share/basic/python" "$root/Scripts/setup-python.sh"
completions | while read -r shell path; do
  mkdir -p "$(dirname "$path")"
  "$binary" --generate-completion-script "$shell" >"$path"
done
say "installed: $prefix/bin/basic"
