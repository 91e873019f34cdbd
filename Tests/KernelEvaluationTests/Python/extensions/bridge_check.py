"""Calls every part of the bridge extension, and compares with what PyTorch says.

python bridge_check.py LIBRARY RUNTIME: prints "ok", or fails.
"""
import pathlib
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

import virtual_gpu  # noqa: E402

LIBRARY, RUNTIME = sys.argv[1:3]
sys.argv[1:] = []

import os  # noqa: E402

import ctypes  # noqa: E402
import json  # noqa: E402
import tempfile  # noqa: E402

REPORT = tempfile.TemporaryFile()
os.environ.setdefault("BASIC_VGPU_CHECK", "memory")
os.environ["BASIC_VGPU_REPORT"] = f"fd:{REPORT.fileno()}"

import devices  # noqa: E402

devices.install_virtual(RUNTIME, virtual_gpu.device_library(), virtual_gpu.GPU)

import extension_loader  # noqa: E402

REQUESTS = []


def answer(request):
    REQUESTS.append(request)
    return {"ok": True, "library": LIBRARY, "fullHeaders": False}


from torch.utils.cpp_extension import load  # noqa: E402  (taken before install, as a candidate may)

extension_loader.install(answer)

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

m = load(name="bridge_test", sources=[str(FOLDER / "bridge.cpp"), str(FOLDER / "bridge.cu")])


class Bridge(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)

    def tearDown(self):
        # Nothing is kept longer than its handles.
        self.assertEqual(m._basic_extension.table.tensors, {})

    def same(self, a, b):
        self.assertEqual((a.dtype, a.shape, a.device), (b.dtype, b.shape, b.device))
        self.assertTrue(torch.allclose(a.cpu().double(), b.cpu().double(), 1e-5, 1e-6), f"{a} {b}")

    def test_request(self):
        self.assertEqual(sorted(REQUESTS[0]["sources"]), ["bridge.cpp", "bridge.cu"])

    def test_parameters(self):
        self.assertEqual(m.scalars(1, 2.5, True, "a"), (2, 5.0, False, "a!"))
        self.assertEqual(m.scalars(i := -(1 << 62), 3, False, "é"), (i + 1, 6.0, True, "é!"))
        self.assertEqual(m.vectors([1, 2], (3.0, 4), [5]), [1, 2, 3, 4, 5])
        self.assertEqual(m.vectors([], [], []), [])
        self.assertEqual(m.counts({"a": 1, "b": 2}), {"a": 2, "b": 3})
        self.assertEqual(m.scalar_of(3), 3)
        self.assertEqual(m.scalar_of(2.5), 2.5)
        self.assertIs(m.scalar_of(True), True)
        self.assertEqual(m.scalar_of(1 + 2j), 1 + 2j)
        self.assertEqual(m.listed(3), [0, 1, 2])
        self.assertEqual((m.overloaded(3), m.overloaded("x")), ("int", "str"))
        self.assertEqual(m.version, 3)
        self.assertEqual(m.__doc__, "every part of the bridge")
        self.assertEqual((m.raw(2.5, 2), m.raw(None, 2)), (5.0, -1.0))
        with self.assertRaises(TypeError):
            m.raw("x", 2)
        marker = object()
        self.assertIs(m.same(marker), marker)

    def test_names(self):
        x = torch.ones(2)
        self.same(m.named(x, times=3), x * 3)
        self.same(m.named(x, 2, times=3), x * 6)
        self.same(m.named(times=1, alpha=4, x=x), x * 4)
        for values, names in (((x,), {}), ((x, 1.0, 2, 3), {}), ((x,), {"times": 1, "other": 2}), ((x, 1.0), {"x": x, "times": 1})):
            with self.assertRaisesRegex(TypeError, "incompatible function arguments"):
                m.named(*values, **names)
        self.assertIn("named(x: torch.Tensor, alpha: float = 1.0, times: int) -> torch.Tensor", m.named.__doc__)
        self.assertIn("scales", m.named.__doc__)

    def test_wrong_arguments(self):
        for call in (
            lambda: m.scalars(1.5, 2.0, True, "a"), lambda: m.scalars(1, "2", True, "a"), lambda: m.scalars(1, 2, 1, "a"),
            lambda: m.doubled(None), lambda: m.doubled([1.0]), lambda: m.tensors([1]), lambda: m.scalars(1 << 70, 1, True, ""),
            lambda: m.lambda_of(torch.ones(1), 1 << 40),
        ):
            with self.assertRaises(TypeError):
                call()

    def test_tensors(self):
        for device in ("cpu", "cuda"):
            x = torch.randn(2, 3, device=device)
            self.assertEqual(m.kind_of(x), torch.float32)
            self.assertEqual(m.place_of(x), x.device)
            made = m.tensors([x, x.t()])
            self.same(made[1], x.t() * 2)
            first, second = m.pair(x)
            self.assertIsNone(second)
            self.same(first, x * 2)
            bias = torch.ones(3, device=device)
            first, second = m.pair(x, bias, None)
            self.assertIs(second, bias)
            self.same(first, x + 1)
            self.same(m.invoked(lambda a, n: a + n, x), x + 2)
            self.same(m.lambda_of(x, 3), x + 3)
            self.assertIs(m.same(x), x)
            self.same(m.same([x, {"a": x}])[1]["a"], x)
        text = m.described(torch.zeros(2, 3, requires_grad=True)[:, 1:])
        self.assertEqual(text, "[2, 2][3, 1]float Float cpu 4 2 0 1 4 1 2 1")
        self.assertAlmostEqual(m.accessed(torch.ones(2, 3)), 9.0)
        with self.assertRaisesRegex(RuntimeError, "expected 2 dims but tensor has 1"):
            m.accessed(torch.ones(2))

    def test_operators(self):
        for device in ("cpu", "cuda"):
            x = torch.randn(2, 4, device=device)
            ones = torch.ones(2, 2, device=device)
            expected = [
                torch.full((2, 3), 1.5, device=device) + x.sum(), x.view(-1).unsqueeze(0).expand(2, 8).contiguous(),
                x.max(1)[0], x.max(1)[1], x.sort(-1, True)[0], x.chunk(2, 0)[0], x.half(), x.double().sum(0, True),
                torch.cat([x, x], 1), torch.softmax(x, 1), x.t(), x.t().contiguous(), (x > 0).float(), 2 - x / 3,
                torch.where(x > 0, x, torch.zeros_like(x)), x[:, 0], x[0, 1:], x[0][1], x.mean((0, 1), True),
                torch.arange(5, device=device, dtype=torch.float32), x @ x.t(), x.clamp(-1, 1), x**2,
                torch.addmm(ones, x, x.t(), beta=2, alpha=3), x.select(0, 1), x[:, 0:2], -x,
                torch.full((2,), 7.0, device=device), torch.tensor([1.0, 2.0], device=device), x.argmax(1), x.std(1),
                torch.stack([x, x]), x + 2 * x, x.norm(), F.gelu(x), x.clamp_min(0).sqrt(), x.sum(dtype=torch.float64),
            ]
            found = m.operators(x)
            self.assertEqual(len(found), len(expected))
            for number, (a, b) in enumerate(zip(found, expected)):
                with self.subTest(number=number, device=device):
                    self.same(a, b)
            y = x.clone()
            self.assertIs(m.assigned(y), y)
            z = x.clone()
            z[0, 0] = 5
            z[1] = z[0] * 10
            z[0][1] = 3
            self.same(y, z)
        self.assertEqual(m.resized(torch.empty(3)).numel(), 7)
        x, w, b = torch.randn(1, 2, 4, 4), torch.randn(3, 2, 3, 3), torch.randn(3)
        first, second, third, fourth = m.convolved(x, w, b)
        self.same(first, F.conv2d(x, w, b, padding=1))
        self.same(second, first)
        self.same(third, F.max_pool2d(x, 2))
        self.same(fourth, third)

    def test_exceptions(self):
        expected = [
            (RuntimeError, "numel is 2, not 0"), (ValueError, "invalid"), (IndexError, "range"), (RuntimeError, "runtime"),
            (TypeError, "type"), (IndexError, "index"), (ValueError, "value"), (RuntimeError, "invalid for input of size 2"),
            (RuntimeError, "expected scalar type Int but found Float"), (RuntimeError, "unknown exception"),
            (NotImplementedError, "not yet"), (IndexError, "Dimension out of range"), (RuntimeError, "undefined tensor"),
            (RuntimeError, "Expected how < 0 to be true"), (RuntimeError, "CUDA error: invalid argument"),
        ]
        for how, (kind, text) in enumerate(expected):
            with self.subTest(how=how), self.assertRaisesRegex(kind, text) as caught:
                m.fails(how, torch.ones(2))
            self.assertIs(type(caught.exception), kind)
        self.assertTrue(m.caught(torch.ones(2)))

    def test_kernels(self):
        x = torch.randn(300, device="cuda")
        for kind in (torch.float32, torch.float64, torch.float16):
            self.same(m.doubled(x.to(kind)), x.to(kind) * 2)
        with self.assertRaisesRegex(NotImplementedError, "\"doubled\" not implemented for 'Int'"):
            m.doubled(x.int())
        self.assertEqual(m.launches_on_stream(x), 0)
        with torch.cuda.stream(torch.cuda.Stream()):
            self.same(m.doubled(x), x * 2)
        self.same(m.half_scaled(x.half(), 0.5), x.half() * 0.5)
        y = torch.randn(5, 7, device="cuda")
        self.same(m.packed_transpose(y), y.t().contiguous())

    def report(self, since=None):
        """The events that a report writes, or all since a place in the file."""
        runtime = ctypes.CDLL(RUNTIME)
        start = REPORT.seek(0, os.SEEK_END) if since is None else since
        runtime.vgpu_report_now()
        REPORT.seek(start)
        events = [json.loads(line) for line in REPORT.read().splitlines()]
        self.assertEqual(events.pop(), {"event": "end-of-report"})
        return events

    def test_controls(self):
        runtime = ctypes.CDLL(RUNTIME)
        runtime.vgpu_launch_count.restype = ctypes.c_ulonglong
        runtime.vgpu_set_schedule.argtypes = [ctypes.c_ulonglong]
        x = torch.ones(300, device="cuda")
        self.report()
        count = runtime.vgpu_launch_count()
        m.doubled(x), m.doubled(x)
        kernels = [each for each in self.report() if each["event"] == "kernel"]
        self.assertEqual([each["launches"] for each in kernels], [2])
        self.assertEqual(runtime.vgpu_launch_count(), count + 2)
        self.assertEqual([each for each in self.report() if each["event"] == "kernel"], [])
        # A ghost leaves what nobody wrote.
        runtime.vgpu_set_poison(0x3F800000)
        runtime.vgpu_set_ghost(1)
        ghost = m.doubled(x)
        self.assertEqual(runtime.vgpu_launch_count(), count + 3)
        runtime.vgpu_set_ghost(0)
        copy = torch.empty(300)
        ctypes.memmove(copy.data_ptr(), ghost.data_ptr(), 1200)
        self.assertTrue(torch.equal(copy, torch.ones(300)))
        for seed in (5, 0):
            runtime.vgpu_set_schedule(seed)
            self.same(m.doubled(x), x * 2)
        self.assertEqual(runtime.vgpu_kernel_error(), 0)
        start = REPORT.seek(0, os.SEEK_END)
        m.beyond(x)
        self.assertNotEqual(runtime.vgpu_kernel_error(), 0)
        found = [each for each in self.report(start) if each["event"] == "finding"]
        self.assertEqual([(each["kind"], each["file"]) for each in found], [("out-of-bounds", "bridge.cu")])
        runtime.vgpu_reset_errors()
        self.same(m.doubled(x), x * 2)

    def test_autograd(self):
        x = torch.randn(3, requires_grad=True)
        m.named(x, 2.0, times=3).sum().backward()
        self.same(x.grad, torch.full((3,), 6.0))
        self.assertFalse(m.no_gradient(x))
        self.assertTrue(torch.is_grad_enabled())

    def test_library(self):
        operators = torch.ops.basic_bridge_test
        x = torch.randn(4)
        self.same(operators.twice(x), x * 2)
        self.same(operators.twice(x, 3.0), x * 3)
        self.same(operators.twice(x.cuda(), by=3.0), x.cuda() * 3)
        self.same(operators.plus_one(x), x + 1)


if __name__ == "__main__":
    unittest.main()
