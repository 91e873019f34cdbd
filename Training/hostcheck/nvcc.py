"""Compiles answers to PTX with the real compiler: `python -m hostcheck.nvcc [--samples 3] [--families a,b]`.

nvcc comes from the packages nvidia-cuda-nvcc, -runtime, -crt, -cccl and nvidia-nvvm in the same environment."""
import argparse
import glob
import os
import random
import subprocess
import sys
import tempfile

from kernelgen import generate

HERE = os.path.dirname(os.path.abspath(__file__))


def cuda_of(sample):
    """The CUDA text of an answer."""
    if sample["kind"] == "program":
        return "#include <cuda_runtime.h>\n#include <math.h>\n" + sample["answer"]
    return sample["answer"].split('"""')[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--families", default="")
    a = parser.parse_args()
    root = glob.glob(os.path.join(sys.prefix, "lib", "python*", "site-packages", "nvidia", "cu13"))[0]
    bad = total = 0
    families = a.families.split(",") if a.families else list(generate.MODULES) + ["program"]
    with tempfile.TemporaryDirectory() as work:
        for family in families:
            wrong = 0
            for k in range(a.samples * (6 if family == "program" else 1)):
                rng = random.Random(f"nvcc/{a.seed}/{k}")
                s = generate.program_sample(rng) if family == "program" else generate.module_sample(family, rng)
                path = os.path.join(work, "k.cu")
                with open(path, "w") as out:
                    out.write(cuda_of(s))
                r = subprocess.run([os.path.join(root, "bin", "nvcc"), "-ptx", "-arch=sm_80", "-Werror", "all-warnings", "-I", os.path.join(HERE, "stub_nvcc"), "-o",
                                    os.path.join(work, "k.ptx"), path], capture_output=True, text=True)
                total += 1
                if r.returncode:
                    wrong += 1
                    print(f"--- {family} {k}\n{(r.stdout + r.stderr)[:1500]}")
            bad += wrong
            print(f"{family}: {wrong} failed", flush=True)
    print(f"{total - bad} of {total} compiled")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
