#!/usr/bin/env bash
# Compiles the fixtures anew, in a folder that every machine may have: its name gets into them.
# The counts that the tests expect are of what nvcc 13.5 made.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
nvcc="${NVCC:-nvcc}"
folder=/tmp/ptx-fixtures
mkdir -p "$folder"
cp ./*.cu "$folder"
for source in *.cu; do
  options=(-lineinfo)
  [ "$source" != debug.cu ] || options=(-G)
  (cd "$folder" && "$nvcc" -ptx "${options[@]}" -arch=compute_90 -ccbin g++ "$source" -o "${source%.cu}.ptx")
  sed -E 's|(\.file.*)"[^"]*/include/|\1"include/|; s|(\.file.*)"'"$folder"'/|\1"|' "$folder/${source%.cu}.ptx" \
    >"${source%.cu}.ptx"
done
rm -r "$folder"
