"""An extension for a real GPU, called where there may be none: what counts its launches sees them, and can stop them."""

import ctypes
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..", "Worker"))

library, clock = sys.argv[1:]
gate = ctypes.CDLL(clock, mode=ctypes.RTLD_GLOBAL)
gate.basic_gpu_launches.restype = ctypes.c_ulonglong

import torch  # noqa: E402

from extension_library import Extension  # noqa: E402

module = Extension(library).module("observed")
device = "cuda" if torch.cuda.is_available() else "cpu"
x = torch.arange(1000, dtype=torch.float32, device=device)
for number in range(3):
    made = module.scaled(x, 2.0)
    assert gate.basic_gpu_launches() == number + 1, gate.basic_gpu_launches()
    if device == "cuda":
        assert torch.equal(made, 2 * x)
    else:
        # Without a GPU the launch is tried, and CUDA's runtime says why nothing runs.
        assert module.status() != 0
gate.basic_gpu_set_ghost(1)
made = module.scaled(x, 3.0)
assert gate.basic_gpu_launches() == 4
assert not torch.equal(made, 3 * x)
if device == "cuda":
    assert module.status() == 0
print("OK")
