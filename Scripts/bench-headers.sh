#!/usr/bin/env bash
# Measures what the compilers take over one kernel's extension, with all of the standard library that PyTorch's headers bring and with
# what the source names of it: the steps of an extension's build that read headers, each way in turn.
#
#   ROUNDS=5   how often
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

wheels=("$python_dir"/lib/python3*/site-packages/nvidia/cu*)
nvcc="${wheels[0]}/bin/nvcc"
[ -x "$nvcc" ] || die "There is no CUDA compiler: make setup makes it."
headers="$root/Sources/CUDAToolchain/Resources/include"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > kernel.cu <<'SOURCE'
#include <torch/extension.h>
__global__ void scale(const float* x, float* y, float f, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = x[i] * f;
}
torch::Tensor scaled(torch::Tensor x, double f) {
  TORCH_CHECK(x.is_cuda(), "x is not on a GPU");
  auto y = torch::empty_like(x);
  scale<<<(x.numel() + 255) / 256, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), f, x.numel());
  return y;
}
SOURCE
cat > binding.cpp <<'SOURCE'
#include <torch/extension.h>
torch::Tensor scaled(torch::Tensor x, double f);
PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) { m.def("scaled", scaled, "scaled"); }
SOURCE

# build DEFINITION…: both files, as VirtualGPU/ExtensionWork.swift compiles them; prints the seconds.
build() {
  local start end
  rm -rf keep && mkdir keep
  start=$(date +%s%N)
  g++ -fPIC -fvisibility=hidden -w -std=c++17 -O1 -DTORCH_EXTENSION_NAME=bench "$@" -isystem "$headers" \
    -isystem "${wheels[0]}/include" -S binding.cpp -o binding.s &
  local binding=$!
  "$nvcc" -arch=compute_90 -lineinfo -ccbin g++ -Xcompiler -fPIC,-w --expt-relaxed-constexpr -D__CUDA_NO_HALF_OPERATORS__ \
    -D__CUDA_NO_HALF_CONVERSIONS__ -D__CUDA_NO_BFLOAT16_CONVERSIONS__ -D__CUDA_NO_HALF2_OPERATORS__ "$@" -isystem "$headers" \
    -std=c++17 -cuda --keep --keep-dir keep kernel.cu -o kernel.ii
  g++ -fPIC -fvisibility=hidden -w -std=c++17 -O1 -S kernel.ii -o kernel.s
  wait "$binding"
  end=$(date +%s%N)
  awk -v ns="$((end - start))" 'BEGIN { printf "%.2f\n", ns / 1e9 }'
}

median() { sort -n | awk '{ a[NR] = $1 } END { printf "%.2f", (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2 }'; }

few=(-DBASIC_FEW_STANDARD_HEADERS -DBASIC_NO_SMALL_FLOATS)
build > /dev/null
for round in $(seq "${ROUNDS:-5}"); do
  if [ $((round % 2)) = 1 ]; then
    build >> all
    build "${few[@]}" >> few
  else
    build "${few[@]}" >> few
    build >> all
  fi
  say "round $round: all $(tail -1 all) s, few $(tail -1 few) s"
done
printf 'all headers %s s, what is named %s s (medians); %s times\n' "$(median < all)" "$(median < few)" \
  "$(paste few all | awk '{ print $1 / $2 }' | median)"
