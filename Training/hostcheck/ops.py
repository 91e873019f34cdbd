"""Every spelling of every point-wise operation against its CUDA statement: `python -m hostcheck.ops`."""
import ctypes
import math
import os
import subprocess
import sys
import tempfile

import torch
import torch.nn as nn
import torch.nn.functional as F

from kernelgen.pointwise import OPS, fl

from .emulate import HERE


def spellings(op, values):
    """(text, C arguments) of all forms; `M` is a module."""
    for t in op.plain:
        yield t, [fl(d) for d in op.defaults]
    for t in op.plain_modules:
        yield f"({t})({{x}})", [fl(d) for d in op.defaults]
    for t in op.forms:
        yield t.format(*values, x="{x}"), [fl(v) for v in values]
    for t in op.modules:
        yield f"({t.format(*values)})({{x}})", [fl(v) for v in values]


def main():
    x = torch.cat([torch.linspace(-8, 8, 161), torch.tensor([-30.0, 30.0, 0.0, 1e-4, -1e-4, 0.5, -0.5])])
    cases, code = [], ["#include <cuda_runtime.h>", 'extern "C" {']
    for op in OPS.values():
        n = max([len(c) for _, c in op.params] or [1])
        for k in range(n):
            values = [c[k % len(c)] for _, c in op.params]
            if op.name in ("clamp", "hardtanh") and float(values[0]) >= float(values[1]):
                continue
            for text, args in spellings(op, values):
                code.append(f"float f{len(cases)}(float v) {{ {op.cuda.format(*args)} return v; }}".replace("\n", " "))
                cases.append((op.name, text))
    code.append("}")
    bad = 0
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "ops")
        with open(path + ".cpp", "w") as out:
            out.write("\n".join(code))
        subprocess.run(["g++", "-std=c++17", "-O1", "-w", "-shared", "-fPIC", "-I", os.path.join(HERE, "stub"), path + ".cpp", "-o", path + ".so"], check=True)
        library = ctypes.CDLL(path + ".so")
        for k, (name, text) in enumerate(cases):
            f = getattr(library, f"f{k}")
            f.argtypes, f.restype = [ctypes.c_float], ctypes.c_float
            got = torch.tensor([f(v) for v in x.tolist()])
            try:
                want = eval(text.replace("{x}", "x"), {"torch": torch, "nn": nn, "F": F, "math": math, "x": x})
                ok = torch.allclose(got, want, rtol=3e-5, atol=3e-6, equal_nan=True)
            except Exception as e:
                ok, want = False, e
            if not ok:
                bad += 1
                print(f"{name}: {text}", want if isinstance(want, Exception) else [(a, b, c) for a, b, c in zip(x.tolist(), got.tolist(), want.tolist()) if abs(b - c) > 1e-5][:3])
    print(f"{len(cases) - bad} of {len(cases)} spellings right")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
