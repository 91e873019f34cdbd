"""Builds the answer: one fixed wrapper around kernels, so that only the kernels and the argument list have to be learnt."""

_TYPES = {"tensor": "torch::Tensor", "float": "float", "int": "int"}


class Answer:
    """An answer under construction: device code, the host function `run`, the call in forward."""

    def __init__(self, problem, name):
        self.p, self.name = problem, name
        self.device, self.host, self.run_args, self.calls = [], [], [], []
        self.forward = None

    def take(self, kind, name, spelling):
        """Adds an argument of `run`; `spelling` is what forward passes for it."""
        self.run_args.append((kind, name))
        self.calls.append(spelling)
        return name

    def render(self):
        p = self.p
        args = ", ".join(f"{_TYPES[k]} {n}" for k, n in self.run_args)
        signature = f"torch::Tensor run({args})"
        cuda = ["#include <torch/extension.h>", "#include <cuda_runtime.h>", ""]
        seen = set()
        for function in "\n".join(self.device).split("\n\n"):  # stages may bring the same helper
            function = function.strip("\n")
            if function and function not in seen:
                seen.add(function)
                cuda += function.split("\n") + [""]
        cuda += [signature + " {"] + ["    " + l if l else l for l in self.host] + ["}"]
        out = ["import torch", "import torch.nn as nn"]
        body = "\n".join(p.init)
        if "math." in body:
            out.append("import math")
        out += ["from torch.utils.cpp_extension import load_inline", "", 'source = """'] + cuda + ['"""',
                f'cpp_source = "{signature};"',
                f'module = load_inline(name="{self.name}", cpp_sources=cpp_source, cuda_sources=source, '
                'functions=["run"], verbose=False)', "", "class ModelNew(nn.Module):", f"    def __init__({p.signature()}):",
                "        super().__init__()"]
        out += ["        " + l for l in p.init]
        forward = ", ".join(a.lstrip("=").split(":")[0] for a in p.args)
        lines = self.forward or [f"return module.run({', '.join(self.calls)})"]
        out += [f"    def forward(self, {forward}):"] + ["        " + l for l in lines]
        return "\n".join(out) + "\n"
