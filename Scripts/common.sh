# Shared by the set-up scripts: where things go, and how a step says that it failed.
# Sourced, never run.

set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
engine_dir="$root/.engine"
python_dir="$root/.python"

say() { printf '%s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# sha256_of FILE: the hash alone, on Linux and on macOS.
sha256_of() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1" | cut -d' ' -f1; else shasum -a 256 "$1" | cut -d' ' -f1; fi
}

# hash_of_text: one hash over everything on standard input.
hash_of_text() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum | cut -d' ' -f1; else shasum -a 256 | cut -d' ' -f1; fi
}

processors() { getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2; }

# need_python: the interpreter that makes the project's own environments.
need_python() {
  host_python="${BASIC_HOST_PYTHON:-python3}"
  command -v "$host_python" >/dev/null 2>&1 ||
    die "python3 was not found. Install Python 3.10 or newer (Debian: apt-get install python3 python3-venv), then run make again."
  "$host_python" -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)' ||
    die "$host_python is older than 3.10. Install a newer Python, or set BASIC_HOST_PYTHON to one."
  "$host_python" -c 'import venv, ensurepip' 2>/dev/null ||
    die "$host_python cannot make virtual environments. Install its venv module (Debian: apt-get install python3-venv), then run make again."
}

# need_sqlite: the store of runs is SQLite's; its library is the system's.
need_sqlite() {
  local compiler
  compiler="$(command -v cc || command -v clang || true)"
  [ -n "$compiler" ] || return 0
  printf '#include <sqlite3.h>\n' | "$compiler" -E -x c - >/dev/null 2>&1 ||
    die "SQLite's header sqlite3.h was not found. Debian: apt-get install libsqlite3-dev."
}

# with_lock NAME COMMAND...: two set-ups at once on one checkout must not build into each other.
with_lock() {
  local name="$1"
  shift
  mkdir -p "$engine_dir"
  if command -v flock >/dev/null 2>&1; then
    (
      flock 9
      "$@"
    ) 9>"$engine_dir/$name.lock"
  else
    "$@"
  fi
}
