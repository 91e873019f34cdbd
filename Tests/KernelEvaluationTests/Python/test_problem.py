"""Problems: their constants, smaller ones of the same kind, values that cross to another process, supplied random numbers."""

import pathlib
import sys
import tempfile
import unittest

WORKER = pathlib.Path(__file__).resolve().parents[3] / "Worker"
sys.path.insert(0, str(WORKER))

import torch  # noqa: E402

import leaves  # noqa: E402
import scaling  # noqa: E402
import values  # noqa: E402
from constants import Constants  # noqa: E402
from operators import Recorder  # noqa: E402
from problem import Problem, ProblemError  # noqa: E402

MATRICES = """
import torch

class Model(torch.nn.Module):
    def forward(self, a, b):
        return a @ b

M, K = 1024 * 2, 8192
N: int = 4096
shape = (512, 3)
batch_size = 8

def get_inputs():
    return [torch.rand(M, K), torch.randn(K, N)]

def get_init_inputs():
    return []
"""


def grouped(channels):
    return f"""
import torch

class Model(torch.nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.convolution = torch.nn.Conv2d(channels, channels, 3, groups=groups)

    def forward(self, x):
        return self.convolution(x)

channels = {channels}
groups = 8

def get_inputs():
    return [torch.rand(4, channels, 256, 256)]

def get_init_inputs():
    return [channels, groups]
"""


class ConstantsTests(unittest.TestCase):
    def test_names_tuples_and_numbers_in_input_functions_are_constants(self):
        found = Constants(MATRICES + "def get_inputs():\n    return [torch.rand(224, 3)]\n").values
        self.assertEqual({key: value for key, value in found.items() if ":" not in key},
                         {"M": 2048, "K": 8192, "N": 4096, "shape[0]": 512, "batch_size": 8})
        self.assertEqual([value for key, value in found.items() if ":" in key], [224])

    def test_other_values_take_their_place(self):
        names = {}
        exec(compile(Constants(MATRICES).replaced({"M": 5, "N": 7, "shape[0]": 9}), "m", "exec"), names)
        self.assertEqual((names["M"], names["K"], names["N"], names["shape"]), (5, 8192, 7, (9, 3)))

    def test_what_only_looks_like_a_number_is_none(self):
        self.assertEqual(Constants("x = 2.5\ny = True\nz = -64\nk = 3\ntext = '4096'\n").values, {})

    def test_expressions_of_numbers_are_evaluated_and_bounded(self):
        found = Constants("a = 1 << 12\nb = 2 ** 10 + 24\nc = 10 ** 100000\nd = 7 // 0\n").values
        self.assertEqual(found, {"a": 4096, "b": 1048})


class ScalingTests(unittest.TestCase):
    def test_a_problem_that_fits_is_left_alone(self):
        found, size = scaling.scaled(MATRICES, Constants(MATRICES), {"bytes": 1e12, "work": 1e15})
        self.assertEqual(found, {})
        self.assertEqual(size.work, 2 * 2048 * 8192 * 4096 + 2048 * 8192 + 8192 * 4096 + 2048 * 4096)

    def test_a_large_one_fits_afterwards(self):
        budget = {"bytes": 16e6, "work": 6e7}
        found, size = scaling.scaled(MATRICES, Constants(MATRICES), budget)
        self.assertTrue(size.fits(budget))
        self.assertLessEqual({"M", "K", "N"}, set(found))
        self.assertTrue(all(value % 64 == 0 for value in found.values()))

    def test_groups_still_divide_the_channels(self):
        source = grouped(512)
        found, size = scaling.scaled(source, Constants(source), {"bytes": 4e6, "work": 1e7})
        self.assertIsNotNone(size)
        self.assertEqual(found.get("channels", 512) % 8, 0)

    def test_halves_keep_powers_of_two_and_oddness(self):
        for value in range(16, 5000):
            half = scaling.halved(value)
            self.assertLess(half, value)
            self.assertGreaterEqual(half * 3, value // 2)
            self.assertEqual(half % 2, value % 2 if value % 2 else half % 2)
            power = min(value & -value, 64)
            if value // power >= 4:
                self.assertEqual(half % power, 0, value)

    def test_no_block_divides_what_is_uneven(self):
        constants = Constants(MATRICES)
        made = scaling.uneven(MATRICES, constants, {})
        self.assertTrue(made)
        for key, value in made.items():
            self.assertEqual(value % 2, 1, key)
            self.assertLess(constants.values[key] - value, 3)
        # Equal constants stay equal: a product's inner sizes have to.
        self.assertIsNotNone(scaling._size(MATRICES, constants, {**constants.values, **made}))

    def test_a_constant_that_has_to_be_even_stays(self):
        source = (
            "import torch\nheads = 16\nlength = 64\n"
            "class Model(torch.nn.Module):\n"
            "    def forward(self, x):\n        return x.reshape(-1, 16, 4).sum(1)\n"
            "def get_inputs():\n    return [torch.rand(length, 16 * 4)]\n"
            "def get_init_inputs():\n    return []\n"
        )
        constants = Constants(source)
        made = scaling.uneven(source, constants, {})
        self.assertEqual(made.get("length"), 63)
        self.assertFalse([key for key in made if ":" in key])

    def test_where_nothing_is_accepted_nothing_is_changed(self):
        source = (
            "import torch\nn = 64\n"
            "class Model(torch.nn.Module):\n"
            "    def forward(self, x):\n        return x.reshape(8, 8)\n"
            "def get_inputs():\n    return [torch.rand(n)]\n"
        )
        self.assertEqual(scaling.uneven(source, Constants(source), {}), {})

    def test_what_the_meta_device_cannot_do_is_not_scaled(self):
        source = MATRICES.replace("return a @ b", "return a * float(b.sum())")
        self.assertEqual(scaling.scaled(source, Constants(source), {"bytes": 1, "work": 1}), ({}, None))


class ProblemTests(unittest.TestCase):
    def test_what_is_missing_is_named(self):
        for source, name in [("x = 1", "Model"), ("import torch\nclass Model(torch.nn.Module): pass", "get_inputs")]:
            with self.assertRaisesRegex(ProblemError, name):
                Problem(source, Constants(source), {})

    def test_arguments_may_be_a_list_with_a_dictionary(self):
        source = MATRICES.replace("return []", "return [[1, 2], {'k': 3}]")
        self.assertEqual(Problem(source, Constants(source), {}).initial_arguments(), ([1, 2], {"k": 3}))


class ValuesTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def crossed(self, value):
        tree = values.encode(value, values.Files(self.folder.name, "t"))
        return values.decode(tree, values.read_tensor)

    def test_tensors_of_every_type_and_layout_come_back(self):
        torch.manual_seed(1)
        for kind in values._TYPES.values():
            for shape in [(), (0, 3), (5,), (2, 3, 4)]:
                tensor = (torch.randn(shape) * 3).to(kind)
                back = self.crossed(tensor)
                self.assertEqual((back.dtype, back.shape), (tensor.dtype, tensor.shape))
                self.assertTrue(torch.equal(back.double() if not kind.is_complex else back,
                                            tensor.double() if not kind.is_complex else tensor))
        self.assertTrue(torch.equal(self.crossed(torch.arange(12).reshape(3, 4).t()), torch.arange(12).reshape(3, 4).t()))

    def test_nested_values_come_back(self):
        value = [1, 2.5, None, True, "text", (float("inf"), 1 << 70), {"k": [torch.float16, 1 + 2j]}]
        self.assertEqual(self.crossed(value), value)

    def test_what_cannot_be_compared_is_named(self):
        with self.assertRaisesRegex(values.ValueFailure, "object"):
            self.crossed([object()])
        with self.assertRaisesRegex(values.ValueFailure, "sparse"):
            self.crossed(torch.eye(3).to_sparse())


class LeavesTests(unittest.TestCase):
    def test_every_random_tensor_is_asked_for_and_nothing_stays_changed(self):
        asked = []
        before = {name: getattr(torch, name) for name in ("rand", "randn", "randint", "rand_like", "randn_like")}
        with tempfile.TemporaryDirectory() as folder:
            def ask(description):
                asked.append((description["kind"], tuple(description["shape"]), description["type"]))
                made = torch.full(description["shape"], 3, dtype=values.type_named(description["type"]))
                return values.write_tensor(made, f"{folder}/{len(asked)}")

            with leaves.supplied(ask):
                made = [torch.rand(2, 3), torch.randn((4,)), torch.randint(0, 9, (2,)), torch.rand_like(torch.ones(5)),
                        torch.randn(2, dtype=torch.float16), torch.empty(3).uniform_(-1, 1), torch.empty(3).normal_()]
        self.assertEqual([kind for kind, _, _ in asked],
                         ["uniform", "normal", "integers", "uniform", "normal", "uniform", "normal"])
        self.assertEqual(asked[4][2], "float16")
        self.assertTrue(all(bool((tensor == 3).all()) for tensor in made[:5]))
        self.assertTrue(bool((made[5] == 5).all()))
        self.assertEqual(before, {name: getattr(torch, name) for name in before})


class RecorderTests(unittest.TestCase):
    def test_only_what_computes_is_counted(self):
        x = torch.randn(4, 4)
        with Recorder() as recorder:
            (x.t().reshape(2, 8).contiguous() @ torch.zeros(8, 2)).relu()
        self.assertEqual(dict(recorder.counts), {"mm": 1, "relu": 1})


if __name__ == "__main__":
    unittest.main()
