"""Runs the kernels of plain prompts, with the launches of their prompts, against the Python part: `python -m hostcheck.programs`."""
import ctypes
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import textwrap
import types

import torch
import torch.nn as nn
import torch.nn.functional as F

from kernelgen.families import program

from .emulate import HERE, host_source

_ROWS, _INNER, _COLS = {"M", "rows", "batch_size"}, {"K", "inner"}, {"N", "cols", "dim", "D"}


def run(form, seed, work):
    """Raises when the kernel and the Python function differ."""
    rng = random.Random(f"program/{seed}")
    python, signature, launch, answer = program.FORMS[form][1](rng)
    params = [q.replace("const", "").split() for q in re.search(r"\((.*)\)", signature).group(1).split(",")]
    pointers = [n for t, n in params if t == "float*"]
    ints = [n for t, n in params if t in ("int", "size_t")]
    floats = [n for t, n in params if t == "float"]
    m, k, n = rng.choice([(5, 7, 9), (33, 20, 40), (16, 16, 16), (1, 50, 3)])
    torch.manual_seed(seed)
    if form == "matmul":
        if len(ints) == 1:
            m = k = n
        sizes = dict(zip(ints, [m if i in _ROWS and len(ints) > 1 else k if i in _INNER else n for i in ints]))
        inputs = [torch.randn(m, k), torch.randn(k, n)]
    elif form == "diag":
        sizes = dict(zip(ints, (m, n)))
        inputs = [torch.randn(m), torch.randn(m, n)]
    elif form == "rows":
        sizes = dict(zip(ints, (m, n)))
        inputs = [torch.randn(m, n)]
    else:
        sizes = {ints[0]: m * n}
        inputs = [torch.randn(m, n) for _ in pointers[:-1]]
    values = {f: rng.choice([0.25, 0.5, 1.5]) for f in floats}
    space = {"torch": torch, "nn": nn, "F": F, "math": math}
    text = python[python.rindex("def forward"):]
    exec(textwrap.dedent(text if "\n        " not in text else "    " + text), space)
    if form == "residual":
        # the kernel starts behind the linear layer, with two copies of its result
        me = types.SimpleNamespace(**values, **{re.search(r"self\.(\w+)\(x\)", python).group(1): lambda x: x})
        want = space["forward"](me, inputs[0].double())
        inputs = [inputs[0], inputs[0].clone()]
    else:
        want = space["forward"](types.SimpleNamespace(**values), *[q.double() for q in inputs])
    got = torch.full(want.shape, float("nan"))
    glue = ", ".join(f"{t} d_{n}" if t == "float*" else f"{t} {n}" for t, n in params)
    code = "#include <cuda_runtime.h>\n" + "\n".join(answer) + f'\nextern "C" void go({glue}) {{\n' + host_source("\n".join(launch)) + "\n}\n"
    path = os.path.join(work, f"{form}{seed}")
    with open(path + ".cpp", "w") as out:
        out.write(code)
    subprocess.run(["g++", "-std=c++17", "-O1", "-w", "-shared", "-fPIC", "-I", os.path.join(HERE, "stub"), path + ".cpp", "-o", path + ".so"], check=True)
    tensors = iter(inputs + [got])
    args = [ctypes.c_void_p(next(tensors).data_ptr()) if t == "float*" else ctypes.c_float(values[n]) if t == "float" else
            (ctypes.c_size_t if t == "size_t" else ctypes.c_int)(sizes[n]) for t, n in params]
    ctypes.CDLL(path + ".so").go(*args)
    if not torch.allclose(got.double(), want, rtol=1e-4, atol=1e-4, equal_nan=True):
        raise AssertionError(f"differs:\n{python}\n{code}")


def main():
    bad = total = 0
    with tempfile.TemporaryDirectory() as work:
        for form in program.FORMS:
            for seed in range(int(sys.argv[1]) if len(sys.argv) > 1 else 12):
                total += 1
                try:
                    run(form, seed, work)
                except Exception as e:
                    bad += 1
                    print(f"--- {form} {seed}: {type(e).__name__} {str(e)[:1500]}")
    print(f"{total - bad} of {total} kernels right")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
