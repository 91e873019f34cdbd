import importlib.util
import os
import unittest
import warnings

import virtual_gpu

virtual_gpu.install()

import torch  # noqa: E402

import kernelbench_models  # noqa: E402


@unittest.skipUnless(kernelbench_models.problems(), "BASIC_TEST_DATA names no folder with KernelBench in it")
class KernelBenchTests(unittest.TestCase):
    """Levels 1 to 3. BASIC_KERNELBENCH=all takes all 250 problems; else it is every tenth."""

    def test_models_give_what_they_give_on_the_cpu(self):
        warnings.simplefilter("ignore")
        torch.set_num_threads(2)
        every = 1 if os.environ.get("BASIC_KERNELBENCH") == "all" else 10
        for path in kernelbench_models.problems()[::every]:
            if "einops" in path.read_text(encoding="utf-8") and not importlib.util.find_spec("einops"):
                continue
            with self.subTest(f"{path.parent.name}/{path.name}"):
                difference, _ = kernelbench_models.compare(path)
                self.assertLess(difference, 1e-5)


if __name__ == "__main__":
    unittest.main()
