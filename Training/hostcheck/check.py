"""Renders small problems of every family, runs the answers on emulated threads and compares them with PyTorch.

Run from Training/: `python -m hostcheck.check [--samples N] [--families a,b]`. Each sample runs in a process of its own, twice:
the threads of a block in ascending and in descending order, which shows most missing barriers. The oracle is float64; what
PyTorch itself loses in float32 is allowed several times over.
"""
import argparse
import copy
import os
import random
import subprocess
import sys
import time
import traceback

import torch

from kernelgen import generate

from . import emulate


def _double(x):
    return x.double() if isinstance(x, torch.Tensor) and x.is_floating_point() else x


def compare(sample, seed):
    """Raises when problem and answer disagree."""
    space = {}
    torch.manual_seed(seed)
    exec(sample["problem"], space)
    inits, inputs = space["get_init_inputs"](), space["get_inputs"]()
    model = space["Model"](*inits)
    want32 = copy.deepcopy(model)(*copy.deepcopy(inputs))
    want = copy.deepcopy(model).double()(*[_double(x) for x in inputs])
    answer = {}
    import torch.utils.cpp_extension as extension
    made = []

    def load_inline(name, cpp_sources, cuda_sources, functions, verbose):
        made.append(emulate.Module(cuda_sources))
        return made[-1]

    extension.load_inline = load_inline
    exec(sample["answer"], answer)
    new = answer["ModelNew"](*inits)
    new.load_state_dict(model.state_dict(), strict=True)
    for backwards in (False, True):
        made[0].backwards = backwards
        with torch.no_grad():
            got = new(*inputs)
        if got.shape != want.shape:
            raise AssertionError(f"shape {tuple(got.shape)}, wanted {tuple(want.shape)}")
        if got.dtype != want32.dtype:
            raise AssertionError(f"type {got.dtype}, wanted {want32.dtype}")
        if not got.is_floating_point():
            if not torch.equal(got, want32):
                raise AssertionError("different integers")
            continue
        finite = torch.isfinite(want) & torch.isfinite(want32.double())
        scale = want[finite].abs().max().item() if finite.any() else 0.0
        own = (want32.double() - want).abs()[finite]
        err = (got.double() - want).abs()[finite]
        limit = 2e-5 * (want.abs()[finite] + 0.1 * scale) + 8 * own + 2e-5
        if (err > limit).any() or torch.isnan(err).any():
            worst = (err / limit).max().item()
            raise AssertionError(f"off by {err.max().item():g} at scale {scale:g} ({worst:.1f} times what is allowed)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--families", default="")
    parser.add_argument("--show", action="store_true")
    a = parser.parse_args()
    torch.set_num_threads(1)
    failed = total = 0
    for family in a.families.split(",") if a.families else list(generate.MODULES):
        bad, began = 0, time.monotonic()
        for k in range(a.seed, a.seed + a.samples):
            s = generate.module_sample(family, random.Random(f"check/{k}"), small=True)
            sys.stdout.flush()
            sys.stderr.flush()
            child = os.fork()
            if child == 0:
                code = 0
                try:
                    compare(s, k)
                except BaseException as e:
                    code = 1
                    text = e.stderr[:1500] if isinstance(e, subprocess.CalledProcessError) else traceback.format_exc(limit=2)[-600:]
                    print(f"--- {family} {k}: {type(e).__name__}\n{text}")
                    if a.show:
                        print(s["prompt"], "\n>>>\n" + s["answer"])
                    sys.stdout.flush()
                os._exit(code)
            status = os.waitpid(child, 0)[1]
            if status:
                bad += 1
                if not os.WIFEXITED(status):
                    print(f"--- {family} {k}: signal {os.WTERMSIG(status)}")
                    if a.show:
                        print(s["prompt"], "\n>>>\n" + s["answer"])
        total += a.samples
        failed += bad
        print(f"{family}: {a.samples - bad} of {a.samples} right, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{total - failed} of {total} right")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
