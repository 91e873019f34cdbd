#!/usr/bin/env bash
# Makes the project's own Python environment, .python/, with NVIDIA's compiler in it (nvcc and ptxas from PyPI, 250 MB), which
# the compile check needs, and PyTorch for the CPU (200 MB to fetch), which runs references and candidates.
#
#   BASIC_PYTHON_DIR=DIR   make the environment there; `basic` also looks in $XDG_DATA_HOME/basic/python
#
# At run time BASIC_PYTHON=/path/to/python names another environment, and BASIC_NVCC=/path/to/nvcc another compiler.
# Quick when nothing changed: the environment carries a stamp of what it was made from, written last.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python_dir="${BASIC_PYTHON_DIR:-$python_dir}"
requirements="$root/Scripts/requirements-cuda.txt"
stamp="$python_dir/cuda.stamp"
worker_requirements="$root/Scripts/requirements-worker.txt"
worker_stamp="$python_dir/worker.stamp"

wanted_stamp() { cat "$requirements" "$root/Scripts/setup-python.sh" | hash_of_text; }
wanted_worker_stamp() { cat "$worker_requirements" "$root/Scripts/setup-python.sh" | hash_of_text; }

# The interpreter is a link to the machine's own, which an upgrade may have taken away.
is_usable() { "$python_dir/bin/python" -I -c '' >/dev/null 2>&1; }

make_environment() {
  if [ -f "$python_dir/made" ] && is_usable; then return; fi
  need_python
  rm -rf "$python_dir"
  mkdir -p "$(dirname "$python_dir")"
  "$host_python" -m venv "$python_dir" || die "the Python environment could not be made in $python_dir."
  touch "$python_dir/made"
}

pip_install() { "$python_dir/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }

install_compiler() {
  # Asked again under the lock: the set-up that held it before may have done all of this.
  if [ "$(cat "$stamp" 2>/dev/null)" = "$(wanted_stamp)" ] && is_usable; then return; fi
  make_environment
  rm -f "$stamp"
  say "Installing NVIDIA's CUDA compiler into $python_dir (150 MB to fetch, once) …"
  pip_install --requirement "$requirements" ||
    die "the CUDA compiler could not be installed from the package registry. Check the network, then run make setup again."
  # 120 MB that compiling to PTX and ptxas never open: the library form of the compiler, and the device linker.
  rm -f "$python_dir"/lib/python3*/site-packages/nvidia/cu*/lib/libnvvm.so* \
    "$python_dir"/lib/python3*/site-packages/nvidia/cu*/bin/nvlink
  "$python_dir"/lib/python3*/site-packages/nvidia/cu*/bin/nvcc --version >/dev/null ||
    die "the installed nvcc does not run on this machine. Delete $python_dir and run make setup again."
  wanted_stamp >"$stamp.new"
  mv "$stamp.new" "$stamp"
  say "CUDA compiler: $python_dir"
}

install_worker() {
  if [ "$(cat "$worker_stamp" 2>/dev/null)" = "$(wanted_worker_stamp)" ] && is_usable; then return; fi
  make_environment
  rm -f "$worker_stamp"
  say "Installing PyTorch for the evaluation worker into $python_dir (200 MB to fetch, once) …"
  local cpu_build="$python_dir/requirements-worker-cpu.txt"
  sed -E 's/^(torch==[0-9.]+)$/\1+cpu/' "$worker_requirements" >"$cpu_build"
  pip_install --requirement "$cpu_build" 2>/dev/null || pip_install --requirement "$worker_requirements" ||
    die "PyTorch could not be installed from the package registry. Check the network, then run make setup again."
  "$python_dir/bin/python" -I -c 'import torch' ||
    die "the installed PyTorch does not run on this machine. Delete $python_dir and run make setup again."
  wanted_worker_stamp >"$worker_stamp.new"
  mv "$worker_stamp.new" "$worker_stamp"
  say "PyTorch: $python_dir"
}

main() {
  install_compiler
  install_worker
}

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64 | Linux-aarch64) ;;
  *)
    say "NVIDIA publishes no CUDA compiler for $(uname -sm), so compile checks will be reported as not run here."
    exit 0
    ;;
esac

command -v g++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 ||
  say "note: nvcc needs a host C++ compiler and none was found (Debian: apt-get install g++)."

with_lock python main
