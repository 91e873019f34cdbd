"""Stands in for `load_inline`: builds a candidate's CUDA source with the host compiler and calls it through ctypes."""
import ctypes
import hashlib
import os
import re
import subprocess

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = os.environ.get("HOSTCHECK_WORK", os.path.join(os.path.dirname(HERE), "work", "hostcheck"))
_TYPES = {torch.float32: 0, torch.int64: 1, torch.bool: 2}
_BACK = {0: (torch.float32, 4), 1: (torch.int64, 8), 2: (torch.bool, 1)}


class Raw(ctypes.Structure):
    """A tensor at the C boundary."""
    _fields_ = [("data", ctypes.c_void_p), ("shape", ctypes.POINTER(ctypes.c_int64)), ("rank", ctypes.c_int64), ("type", ctypes.c_int64)]


def _split(text):
    """Splits at commas outside brackets."""
    out, depth, cur = [], 0, ""
    for c in text:
        depth += c in "([{"
        depth -= c in ")]}"
        if c == "," and depth == 0:
            out.append(cur)
            cur = ""
        else:
            cur += c
    return out + [cur]


def host_source(cuda):
    """The CUDA text with launches as calls."""
    def launch(m):
        grid, block = _split(m.group(2))[:2]
        return f"host::launch(dim3({grid}), dim3({block}), [&] {{ {m.group(1)}({m.group(3)}); }});"
    return re.sub(r"(\w+)<<<(.+?)>>>\((.*)\);", launch, cuda)


def build(cuda):
    """Compiles (once per text) and returns (library, kinds of the arguments)."""
    signature = re.search(r"torch::Tensor run\(([^)]*)\)", cuda).group(1)
    kinds = [a.split()[0] for a in _split(signature) if a.strip()]
    t = f = i = 0
    args = []
    for kind in kinds:
        if kind == "torch::Tensor":
            args.append(f"host_import(t[{t}])")
            t += 1
        elif kind == "float":
            args.append(f"(float)f[{f}]")
            f += 1
        elif kind == "int":
            args.append(f"(int)i[{i}]")
            i += 1
        else:
            raise ValueError(f"no rule for an argument of type {kind}")
    glue = ("\nstatic torch::Tensor host_result;\nextern \"C\" void host_call(const Raw* t, const double* f, const int64_t* i, Raw* out, int backwards) {\n"
            f"    host::backwards = backwards;\n    host_result = run({', '.join(args)});\n"
            "    out->data = host_result.memory->data; out->shape = host_result.shape.data(); out->rank = host_result.dim(); out->type = host_result.type;\n"
            "    if (!host_result.memory->intact()) { std::fprintf(stderr, \"memory beside the result was written\\n\"); std::abort(); }\n}\n")
    text = host_source(cuda) + glue
    os.makedirs(WORK, exist_ok=True)
    key = os.path.join(WORK, hashlib.sha256(text.encode()).hexdigest()[:24])
    if not os.path.exists(key + ".so"):
        with open(key + ".cpp", "w") as out:
            out.write(text)
        subprocess.run([os.environ.get("CXX", "g++"), "-std=c++17", "-O1", "-w", "-shared", "-fPIC", "-I", os.path.join(HERE, "stub"), key + ".cpp", "-o", key + ".tmp"],
                       check=True, capture_output=True, text=True)
        os.replace(key + ".tmp", key + ".so")
    return ctypes.CDLL(key + ".so"), kinds


class Module:
    """What the stand-in returns: `run` with the checks that the real binding makes."""

    def __init__(self, cuda, backwards=False):
        self.library, self.kinds = build(cuda)
        self.backwards = backwards

    def run(self, *args):
        """Calls the host function; inputs are copied there, so they cannot be changed unseen."""
        if len(args) != len(self.kinds):
            raise TypeError(f"run takes {len(self.kinds)} arguments, {len(args)} given")
        raws, floats, ints, alive = [], [], [], []
        for kind, value in zip(self.kinds, args):
            if kind == "torch::Tensor":
                if not isinstance(value, torch.Tensor):
                    raise TypeError(f"a tensor was expected, not {type(value).__name__}")
                value = value.detach().contiguous()
                shape = (ctypes.c_int64 * max(1, value.dim()))(*value.shape)
                alive += [value, shape]
                raws.append(Raw(value.data_ptr(), shape, value.dim(), _TYPES[value.dtype]))
            elif kind == "float":
                floats.append(float(value))
            else:
                if not isinstance(value, int):
                    raise TypeError(f"an int was expected, not {value!r}")
                ints.append(value)
        out = Raw()
        self.library.host_call((Raw * max(1, len(raws)))(*raws), (ctypes.c_double * max(1, len(floats)))(*floats),
                               (ctypes.c_int64 * max(1, len(ints)))(*ints), ctypes.byref(out), int(self.backwards))
        shape = [out.shape[k] for k in range(out.rank)]
        dtype, size = _BACK[out.type]
        count = 1
        for s in shape:
            count *= s
        data = ctypes.string_at(out.data, count * size)
        return torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape)
