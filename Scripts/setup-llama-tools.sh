#!/usr/bin/env bash
# Builds llama.cpp's own programs from the source that the engine is built from: .engine/llama-server, which the clients of
# endpoints are tested against, and .engine/llama-speculative, its example with branches; decoding is measured against
# both. Only `make test-endpoints` and `make bench-decode` need them; no part of the product does.
#
# Quick when nothing changed: beside the server lies a stamp of everything that they were made from.

# What the engine's set-up defines (the pinned source, how it is fetched and checked, the tools), without what it does.
eval "$(sed '/^with_lock /d' "$(dirname "${BASH_SOURCE[0]}")/setup-engine.sh")"

programs=(llama-server llama-speculative)
stamp_file="$engine_dir/llama-tools.stamp"
build="$engine_dir/build-llama-tools"
log="$engine_dir/build-llama-tools.log"

wanted_tools_stamp() {
  {
    cat "$root/Scripts/setup-llama-tools.sh" "$root/Scripts/requirements-engine.txt" "$root"/Engine/amx_configuration.*
    uname -sm
    printf '%s %s %s|%s|%s\n' "$package" "$version" "$sha256" "${LLAMA_SOURCE:-pinned}" "${LLAMA_CMAKE_FLAGS:-}"
    # The binary is made for this machine's own processor (GGML_NATIVE).
    if [ -r /proc/cpuinfo ]; then grep -m1 '^flags' /proc/cpuinfo || true; fi
    if [ -n "${LLAMA_SOURCE:-}" ]; then
      find "$LLAMA_SOURCE" -path '*/.git' -prune -o -type f -newer "$stamp_file" -print 2>/dev/null | head -n 1
    fi
  } | hash_of_text
}

# As the engine is compiled, so that both compute the same; without the server's web pages, which would be fetched, and
# without what it needs OpenSSL, curl and processes of its own for.
compile_tools() {
  say "Building llama.cpp's own programs (about ten minutes on two cores, once) …"
  # shellcheck disable=SC2086  # the flags are meant to be split
  {
    cmake -S "$source_dir" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
      -DLLAMA_BUILD_COMMON=ON -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_TESTS=OFF \
      -DLLAMA_BUILD_EXAMPLES=ON -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF \
      -DLLAMA_OPENSSL=OFF -DLLAMA_SUBPROCESS=OFF -DGGML_OPENMP=OFF -DGGML_NATIVE=ON \
      -DCMAKE_PROJECT_INCLUDE="$root/Engine/amx_configuration.cmake" ${LLAMA_CMAKE_FLAGS:-} &&
      cmake --build "$build" --parallel "$(processors)" --target "${programs[@]}"
  } >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "llama.cpp's programs did not build; the whole log is $log"; }
}

tools_main() {
  recall
  if [ -x "$engine_dir/llama-server" ] && [ -x "$engine_dir/llama-speculative" ] &&
    [ "$(cat "$stamp_file" 2>/dev/null)" = "$(wanted_tools_stamp)" ]; then return; fi
  command -v c++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 ||
    die "no C++ compiler was found. Debian: apt-get install g++; macOS: xcode-select --install."
  tools
  if [ -n "${LLAMA_SOURCE:-}" ]; then source_dir="$LLAMA_SOURCE"; else fetch; fi
  # A build that was broken off goes on where it was, unless it was for something else.
  local wanted
  wanted="$(wanted_tools_stamp)"
  if [ "$(cat "$build/wanted" 2>/dev/null)" != "$wanted" ]; then rm -rf "$build"; fi
  mkdir -p "$build"
  printf '%s' "$wanted" >"$build/wanted"
  compile_tools
  rm -f "$stamp_file"
  for program in "${programs[@]}"; do
    cp "$build/bin/$program" "$engine_dir/$program.new"
    mv "$engine_dir/$program.new" "$engine_dir/$program"
  done
  # Before the stamp's text, whose hash depends on the file's own time where the source is the user's.
  : >"$stamp_file"
  wanted_tools_stamp >"$stamp_file.new"
  mv "$stamp_file.new" "$stamp_file"
  rm -rf "$build"
  say "llama.cpp's programs: ${programs[*]/#/$engine_dir/}"
}

# The engine's own lock: both use the same source and tools.
with_lock engine tools_main
