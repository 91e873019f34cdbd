import importlib.util
import os
import unittest
import warnings

import virtual_gpu

virtual_gpu.install()

import torch  # noqa: E402

import operator_record  # noqa: E402

# As on a GPU: the places of a split have to be known to the host.
HOST_INDICES = {"tensor_split"}
# Refused by name.
SPARSE = {"to_sparse"}


@unittest.skipUnless(importlib.util.find_spec("expecttest"), "PyTorch's samples need the package expecttest")
class OperatorTests(unittest.TestCase):
    """PyTorch's own samples of its operators. BASIC_OPERATORS=all takes all of them; else it is every eighth."""

    def test_operators_are_the_cpus(self):
        warnings.simplefilter("ignore")
        torch.set_num_threads(1)
        every = 1 if os.environ.get("BASIC_OPERATORS") == "all" else 8
        equal = 0
        for op in operator_record.operators()[::every]:
            if op.name in HOST_INDICES | SPARSE:
                continue
            with self.subTest(op.name):
                good, differing = operator_record.record(op)
                equal += good
                self.assertEqual(differing, [])
        self.assertGreater(equal, 30000 if every == 1 else 2000)


if __name__ == "__main__":
    unittest.main()
