#!/usr/bin/env bash
# Builds llama.cpp's own server, .engine/llama-server, from the source that the engine is built from: what the clients of
# endpoints are tested against. Only `make test-endpoints` needs it; no part of the product does.
#
# Quick when nothing changed: beside the binary lies a stamp of everything that it was made from.

# What the engine's set-up defines (the pinned source, how it is fetched and checked, the tools), without what it does.
eval "$(sed '/^with_lock /d' "$(dirname "${BASH_SOURCE[0]}")/setup-engine.sh")"

server="$engine_dir/llama-server"
build="$engine_dir/build-server"
log="$engine_dir/build-server.log"

wanted_server_stamp() {
  {
    cat "$root/Scripts/setup-llama-server.sh" "$root/Scripts/requirements-engine.txt"
    uname -sm
    printf '%s %s %s|%s|%s\n' "$package" "$version" "$sha256" "${LLAMA_SOURCE:-pinned}" "${LLAMA_CMAKE_FLAGS:-}"
    # The binary is made for this machine's own processor (GGML_NATIVE).
    if [ -r /proc/cpuinfo ]; then grep -m1 '^flags' /proc/cpuinfo || true; fi
    if [ -n "${LLAMA_SOURCE:-}" ]; then
      find "$LLAMA_SOURCE" -path '*/.git' -prune -o -type f -newer "$server.stamp" -print 2>/dev/null | head -n 1
    fi
  } | hash_of_text
}

# As the engine is compiled, so that both compute the same; without the server's web pages, which would be fetched, and
# without what it needs OpenSSL, curl and processes of its own for.
compile_server() {
  say "Building llama-server (about ten minutes on two cores, once) …"
  # shellcheck disable=SC2086  # the flags are meant to be split
  {
    cmake -S "$source_dir" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
      -DLLAMA_BUILD_COMMON=ON -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_TESTS=OFF \
      -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF \
      -DLLAMA_OPENSSL=OFF -DLLAMA_SUBPROCESS=OFF -DGGML_OPENMP=OFF -DGGML_NATIVE=ON ${LLAMA_CMAKE_FLAGS:-} &&
      cmake --build "$build" --parallel "$(processors)" --target llama-server
  } >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "llama-server did not build; the whole log is $log"; }
}

server_main() {
  recall
  if [ -x "$server" ] && [ "$(cat "$server.stamp" 2>/dev/null)" = "$(wanted_server_stamp)" ]; then return; fi
  command -v c++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 ||
    die "no C++ compiler was found. Debian: apt-get install g++; macOS: xcode-select --install."
  tools
  if [ -n "${LLAMA_SOURCE:-}" ]; then source_dir="$LLAMA_SOURCE"; else fetch; fi
  # A build that was broken off goes on where it was, unless it was for something else.
  local wanted
  wanted="$(wanted_server_stamp)"
  if [ "$(cat "$build/wanted" 2>/dev/null)" != "$wanted" ]; then rm -rf "$build"; fi
  mkdir -p "$build"
  printf '%s' "$wanted" >"$build/wanted"
  compile_server
  rm -f "$server.stamp"
  cp "$build/bin/llama-server" "$server.new"
  mv "$server.new" "$server"
  # Before the stamp's text, whose hash depends on the file's own time where the source is the user's.
  : >"$server.stamp"
  wanted_server_stamp >"$server.stamp.new"
  mv "$server.stamp.new" "$server.stamp"
  rm -rf "$build"
  say "llama-server: $server"
}

# The engine's own lock: both use the same source and tools.
with_lock engine server_main
