"""Tests of the generator; run `python -m unittest discover tests` in Training/."""
import ast
import json
import os
import random
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from kernelgen import generate, overlap  # noqa: E402
from kernelgen.compact import compact_module, compact_program  # noqa: E402


class Compact(unittest.TestCase):
    def test_cases(self):
        with open(os.path.join(HERE, "compact_cases.json"), encoding="utf-8") as f:
            cases = json.load(f)
        self.assertGreaterEqual(len(cases), 12)
        for case in cases:
            self.assertEqual(compact_module(case["source"]), case["compact"])

    def test_is_idempotent(self):
        with open(os.path.join(HERE, "compact_cases.json"), encoding="utf-8") as f:
            for case in json.load(f):
                self.assertEqual(compact_module(case["compact"]), case["compact"])

    def test_keeps_the_meaning(self):
        for k in range(200):
            s = generate.sample(5, k)
            if s["kind"] == "module":
                self.assertEqual(overlap.normal(s["problem"]), overlap.normal(s["prompt"]))
                self.assertNotIn("#", s["prompt"])
                self.assertNotIn('"""', s["prompt"])

    def test_program(self):
        text = ("Do it.\n\ndef forward(self, x):\n    '''doc'''\n    return x + 1  # one\n\nC code begins:\n\n#include <math.h>\n// __global__ no\n"
                "__global__ void k(\n    const float* x, /* in */\n    int n)\n{\n}\nint main() {\n    dim3 b(16,\n        16);\n    my_dim3 z;\n    k<<<n,\n b>>>(x, n);\n}\n")
        self.assertEqual(compact_program(text), "def forward(self, x):\n    return x + 1\n__global__ void k( const float* x, int n)\ndim3 b(16, 16);\nk<<<n, b>>>(x, n);")


class Samples(unittest.TestCase):
    def test_families_parse(self):
        for family in generate.MODULES:
            for k in range(60):
                s = generate.module_sample(family, random.Random(f"{family}/{k}"))
                for part in ("problem", "prompt", "answer"):
                    ast.parse(s[part])
                self.assertIn("class ModelNew(nn.Module)", s["answer"])
                self.assertNotIn("None", s["answer"].split('"""')[1])

    def test_brackets_balance(self):
        for k in range(300):
            s = generate.sample(9, k)
            for a, b in ("()", "{}", "[]"):
                self.assertEqual(s["answer"].count(a), s["answer"].count(b))

    def test_deterministic(self):
        root = os.path.dirname(HERE)
        run = lambda *extra: subprocess.run([sys.executable, "-m", "kernelgen", "--count", "50", "--seed", "3", "--output", "-", *extra],
                                            cwd=root, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": str(len(extra))}).stdout
        self.assertEqual(run(), run("--jobs", "2"))

    def test_share_of_programs(self):
        kinds = [generate.sample(1, k)["kind"] for k in range(2000)]
        self.assertTrue(0.05 < kinds.count("program") / 2000 < 0.11)


if __name__ == "__main__":
    unittest.main()
