#!/usr/bin/env bash
# Builds libllama from a pinned source into a SwiftPM artifact bundle, .engine/CLlama.artifactbundle.
#
#   LLAMA_SOURCE=DIR         take this llama.cpp source tree instead of the pinned one
#   LLAMA_CMAKE_FLAGS="…"    further CMake flags, for another backend: -DGGML_CUDA=ON
#
# Both are remembered for the next set-up, which every `make` begins with, until they are given again; an empty
# LLAMA_SOURCE is the pinned source.
#
# Quick when nothing changed: the bundle carries a stamp of everything that it was made from.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The pinned llama.cpp comes inside the source distribution of this package (vendor/llama.cpp).
package="llama-cpp-python"
version="0.3.36"
sha256="832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"

bundle="$engine_dir/CLlama.artifactbundle"
build="$engine_dir/build"
log="$engine_dir/build.log"

wanted_stamp() {
  {
    cat "$root/Scripts/setup-engine.sh" "$root/Scripts/requirements-engine.txt" "$root"/Engine/* "$root"/Sources/CAccelerator/include/*
    uname -sm
    printf '%s|%s\n' "${LLAMA_SOURCE:-pinned}" "${LLAMA_CMAKE_FLAGS:-}"
    # The binary is made for this machine's own processor (GGML_NATIVE).
    if [ -r /proc/cpuinfo ]; then grep -m1 '^flags' /proc/cpuinfo || true; fi
    if [ -n "${LLAMA_SOURCE:-}" ]; then find "$LLAMA_SOURCE/include" "$LLAMA_SOURCE/src" "$LLAMA_SOURCE/ggml" -type f -newer "$bundle/stamp" 2>/dev/null | head -n 1; fi
  } | hash_of_text
}

tools() {
  need_python
  local stamp
  stamp="$(hash_of_text <"$root/Scripts/requirements-engine.txt")"
  if [ "$(cat "$engine_dir/tools/stamp" 2>/dev/null)" != "$stamp" ]; then
    say "Installing CMake and Ninja for the engine's build …"
    rm -rf "$engine_dir/tools"
    "$host_python" -m venv "$engine_dir/tools"
    "$engine_dir/tools/bin/python" -m pip install --quiet --disable-pip-version-check \
      --requirement "$root/Scripts/requirements-engine.txt" ||
      die "CMake and Ninja could not be installed from the package registry. Check the network, then run make setup again."
    printf '%s' "$stamp" >"$engine_dir/tools/stamp"
  fi
  PATH="$engine_dir/tools/bin:$PATH"
}

fetch() {
  source_dir="$engine_dir/llama.cpp-$version"
  [ -f "$source_dir/complete" ] && return
  local archive="$engine_dir/${package//-/_}-$version.tar.gz"
  if [ "$(sha256_of "$archive" 2>/dev/null || true)" != "$sha256" ]; then
    say "Fetching the engine's source ($package $version, 77 MB) …"
    "$engine_dir/tools/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary "$package" \
      --dest "$engine_dir" "$package==$version" >"$log" 2>&1 ||
      { tail -n 5 "$log" >&2; die "the engine's source could not be fetched. Check the network, or set LLAMA_SOURCE to a llama.cpp source tree."; }
    [ "$(sha256_of "$archive")" = "$sha256" ] ||
      die "the engine's source has another hash than the pinned one: $archive. Delete it and run make setup again."
  fi
  rm -rf "$source_dir"
  mkdir -p "$source_dir"
  tar -xzf "$archive" -C "$source_dir" --strip-components=3 "${package//-/_}-$version/vendor/llama.cpp"
  touch "$source_dir/complete"
  rm -f "$archive"
}

compile() {
  say "Building libllama (about three minutes on two cores, once) …"
  # shellcheck disable=SC2086  # the flags are meant to be split
  {
    cmake -S "$source_dir" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
      -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TOOLS=OFF \
      -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF -DGGML_OPENMP=OFF -DGGML_NATIVE=ON \
      -DCMAKE_PROJECT_INCLUDE="$root/Engine/included_first.cmake" ${LLAMA_CMAKE_FLAGS:-} &&
      cmake --build "$build" --parallel "$(processors)" --target llama
  } >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "libllama did not build; the whole log is $log"; }
}

# merge OUTPUT ARCHIVE...: one static library out of several.
merge() {
  local output="$1"
  shift
  rm -f "$output"
  if [ "$(uname -s)" = Darwin ]; then
    libtool -static -o "$output" "$@"
  else
    { printf 'CREATE %s\n' "$output"; printf 'ADDLIB %s\n' "$@"; printf 'SAVE\nEND\n'; } | ar -M
  fi
}

assemble() {
  local fresh="$engine_dir/fresh.artifactbundle" variant
  variant="$(uname -m)-$(uname -s | tr '[:upper:]' '[:lower:]')"
  rm -rf "$fresh"
  mkdir -p "$fresh/$variant/include"
  cp "$source_dir"/include/llama.h "$source_dir"/ggml/include/{ggml,ggml-alloc,ggml-backend,ggml-cpu,ggml-opt,gguf}.h "$fresh/$variant/include/"
  cp "$root"/Engine/module.modulemap "$root"/Engine/*.h "$fresh/$variant/include/"
  local addition
  for addition in attention accelerator; do
    "${CXX:-$(command -v c++ || command -v clang++)}" -std=c++17 -O2 -fPIC -c "$root/Engine/basic_$addition.cpp" \
      -o "$build/basic_$addition.o" -I"$root/Engine" -I"$source_dir/include" -I"$source_dir/ggml/include" \
      -I"$source_dir/src" -I"$source_dir/ggml/src" -I"$source_dir/ggml/src/ggml-cpu" -I"$root/Sources/CAccelerator/include" >>"$log" 2>&1 ||
      { tail -n 20 "$log" >&2; die "our additions to libllama do not compile against this source; the whole log is $log"; }
  done
  ar -rcs "$build/libbasic.a" "$build"/basic_*.o
  local archives=()
  while IFS= read -r archive; do archives+=("$archive"); done < <(find "$build" -name 'lib*.a' | sort)
  merge "$fresh/$variant/libCLlama.a" "${archives[@]}"
  local triple="x86_64-unknown-linux-gnu"
  case "$variant" in
    aarch64-linux) triple="aarch64-unknown-linux-gnu" ;;
    arm64-darwin) triple="arm64-apple-macosx" ;;
    x86_64-darwin) triple="x86_64-apple-macosx" ;;
  esac
  cat >"$fresh/info.json" <<JSON
{
  "schemaVersion": "1.0",
  "artifacts": {
    "CLlama": {
      "type": "staticLibrary",
      "version": "$version",
      "variants": [
        {
          "path": "$variant/libCLlama.a",
          "supportedTriples": ["$triple"],
          "staticLibraryMetadata": {
            "headerPaths": ["$variant/include"],
            "moduleMapPath": "$variant/include/module.modulemap"
          }
        }
      ]
    }
  }
}
JSON
  # What a backend other than the CPU's has to be linked with, one library a line; Package.swift reads it.
  : >"$fresh/link-libraries"
  case "${LLAMA_CMAKE_FLAGS:-}" in
    *GGML_CUDA=ON*) printf 'cudart\ncublas\ncuda\n' >>"$fresh/link-libraries" ;;
  esac
  printf '%s' "$LLAMA_SOURCE" >"$fresh/source"
  printf '%s' "$LLAMA_CMAKE_FLAGS" >"$fresh/flags"
  rm -rf "$bundle"
  mv "$fresh" "$bundle"
  # Last, and after the folder stands: a source tree of the user's is compared with the stamp's own time.
  : >"$bundle/stamp"
  wanted_stamp >"$bundle/stamp.new"
  mv "$bundle/stamp.new" "$bundle/stamp"
}

# What was chosen for the engine that is here, where nothing else is chosen now.
recall() {
  if [ -z "${LLAMA_SOURCE+given}" ]; then LLAMA_SOURCE="$(cat "$bundle/source" 2>/dev/null || true)"; fi
  if [ -z "${LLAMA_CMAKE_FLAGS+given}" ]; then LLAMA_CMAKE_FLAGS="$(cat "$bundle/flags" 2>/dev/null || true)"; fi
  [ -n "$LLAMA_SOURCE" ] || return 0
  [ -f "$LLAMA_SOURCE/include/llama.h" ] ||
    die "LLAMA_SOURCE=$LLAMA_SOURCE is not a llama.cpp source tree (it has no include/llama.h). For the pinned source: LLAMA_SOURCE= make setup."
  LLAMA_SOURCE="$(cd "$LLAMA_SOURCE" && pwd)"
}

main() {
  mkdir -p "$engine_dir"
  need_sqlite
  recall
  if [ "$(cat "$bundle/stamp" 2>/dev/null)" = "$(wanted_stamp)" ]; then return; fi
  command -v c++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 ||
    die "no C++ compiler was found. Debian: apt-get install g++; macOS: xcode-select --install."
  tools
  if [ -n "${LLAMA_SOURCE:-}" ]; then source_dir="$LLAMA_SOURCE"; else fetch; fi
  rm -rf "$build"
  compile
  assemble
  rm -rf "$build"
  say "Engine: $bundle"
}

with_lock engine main
