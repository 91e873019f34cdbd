import random
import subprocess
import sys
import unittest

import virtual_gpu

virtual_gpu.install()

import torch  # noqa: E402

SHAPES = [(4, 6), (6, 4), (4, 1, 6), (1, 6), (6,), (2, 3, 4)]


class Program:
    """A random program over a few tensors: views, writes through views, operators, reductions, and results read back.

    Run on two devices with the same seed it makes the same choices, as they depend on shapes only.
    """

    def __init__(self, seed, device):
        self.random = random.Random(seed)
        self.device = device
        self.log = []
        torch.manual_seed(seed)
        self.tensors = [torch.randn(shape).to(device) for shape in SHAPES]
        torch.manual_seed(seed)  # each device has its generator, and they stand alike again

    def run(self, steps):
        for _ in range(steps):
            step = self.random.choice([self.view, self.write, self.combine, self.reduce, self.select, self.replace, self.out, self.resize])
            step()
        return [tensor.detach().cpu().clone() for tensor in self.tensors] + [torch.tensor(self.log, dtype=torch.float64)]

    def one(self):
        return self.random.randrange(len(self.tensors))

    def keep(self, tensor):
        if tensor.dim() <= 4 and 0 < tensor.numel() <= 4096:
            self.tensors[self.one()] = tensor

    def view(self):
        tensor = self.tensors[self.one()]
        if tensor.dim() == 0:
            return self.keep(tensor.unsqueeze(0).expand(3))
        dim = self.random.randrange(tensor.dim())
        made = self.random.choice([
            lambda: tensor.transpose(0, dim),
            lambda: tensor.narrow(dim, 0, (tensor.shape[dim] + 1) // 2),
            lambda: tensor.select(dim, tensor.shape[dim] - 1),
            lambda: tensor.unsqueeze(dim),
            lambda: tensor.flip(dim),
            lambda: tensor.movedim(dim, -1),
            lambda: tensor[..., ::2],
            lambda: tensor.reshape(-1),
            lambda: tensor.chunk(2, dim)[0],
            lambda: tensor.detach(),
        ])()
        self.keep(made)

    def write(self):
        tensor = self.tensors[self.one()]
        if any(size > 1 and step == 0 for size, step in zip(tensor.shape, tensor.stride())):
            return
        self.random.choice([
            lambda: tensor.mul_(0.5),
            lambda: tensor.add_(1),
            lambda: tensor.clamp_(-2, 2),
            lambda: tensor.zero_(),
            lambda: tensor.fill_(0.25),
            lambda: tensor.normal_(),
            lambda: tensor.uniform_(),
            lambda: tensor.copy_(tensor.neg()),
            lambda: tensor.masked_fill_(tensor > 0.5, -1),
            lambda: tensor.sub_(tensor.mean()),
        ])()

    def combine(self):
        first, second = self.tensors[self.one()], self.tensors[self.one()]
        operation = self.random.choice([torch.add, torch.mul, torch.maximum, torch.atan2, torch.where])
        try:
            made = torch.where(first > 0, first, second) if operation is torch.where else operation(first, second)
        except RuntimeError:
            return
        self.keep(made.tanh())

    def reduce(self):
        tensor = self.tensors[self.one()]
        operation = self.random.choice([torch.sum, torch.mean, torch.amax, torch.std, torch.norm, torch.argmax])
        self.log.append(operation(tensor).item() if tensor.numel() > 1 else tensor.item())

    def select(self):
        tensor = self.tensors[self.one()]
        if tensor.dim() == 0:
            return
        index = torch.tensor([0, tensor.shape[0] - 1, 0], device=self.device)
        made = self.random.choice([
            lambda: tensor[index],
            lambda: tensor[tensor > 0],
            lambda: tensor.index_select(0, index),
            lambda: torch.cat([tensor, tensor]),
            lambda: torch.sort(tensor, dim=0)[0],
            lambda: torch.cumsum(tensor, 0).tanh(),
            lambda: tensor.half().float(),
            lambda: tensor.clone().cpu().to(self.device),  # on the CPU alone it would be the same tensor
        ])()
        self.keep(made)

    def replace(self):
        self.tensors[self.one()] = torch.randn(self.random.choice(SHAPES), device=self.device)

    def out(self):
        tensor = self.tensors[self.one()]
        into = torch.empty(0, device=self.device)
        torch.exp(tensor.clamp(-3, 1), out=into)
        self.keep(into)

    def resize(self):
        tensor = self.tensors[self.one()].clone()
        count = tensor.numel()
        tensor.resize_(count + 7)
        tensor[count:] = 3
        self.keep(tensor)


DERIVES_AND_ENDS = """
import sys
sys.path[:0] = [{folder!r}]
import virtual_gpu
virtual_gpu.install()
import torch
w = torch.randn(64, 64, device="cuda", requires_grad=True)
(w @ w).relu().sum().backward()
"""


class ProgramTests(unittest.TestCase):
    def test_a_process_ends_well_right_after_a_backward_pass(self):
        program = DERIVES_AND_ENDS.format(folder=str(virtual_gpu.ROOT / "Tests" / "KernelEvaluationTests" / "Python"))
        for _ in range(5):
            ended = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))

    def test_random_programs_give_the_same_on_both_devices(self):
        for seed in range(150):
            with self.subTest(seed=seed):
                expected, found = Program(seed, "cpu").run(60), Program(seed, "cuda").run(60)
                self.assertEqual(len(expected), len(found))
                for a, b in zip(expected, found):
                    torch.testing.assert_close(b, a, rtol=1e-5, atol=1e-6, equal_nan=True)

    def test_training_gives_the_same_on_both_devices(self):
        def train(device, optimizer):
            torch.manual_seed(3)
            model = torch.nn.Sequential(
                # Without a bias: before a normalisation its gradient is nothing but rounding, which Adam would blow up.
                torch.nn.Conv2d(3, 8, 3, padding=1, bias=False), torch.nn.BatchNorm2d(8), torch.nn.GELU(), torch.nn.MaxPool2d(2),
                torch.nn.Flatten(), torch.nn.LayerNorm(128), torch.nn.Linear(128, 10),
            ).to(device)
            inputs, labels = torch.randn(6, 3, 8, 8).to(device), torch.randint(10, (6,)).to(device)
            steps = optimizer(model.parameters())
            for _ in range(5):
                steps.zero_grad()
                torch.nn.functional.cross_entropy(model(inputs), labels).backward()
                steps.step()
            return [parameter.detach().cpu() for parameter in model.parameters()]

        for optimizer in (
            lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
            lambda parameters: torch.optim.Adam(parameters, lr=1e-3),
            lambda parameters: torch.optim.AdamW(parameters, lr=1e-3, fused=True),
            lambda parameters: torch.optim.RMSprop(parameters, lr=1e-3, foreach=True),
        ):
            for a, b in zip(train("cpu", optimizer), train("cuda", optimizer)):
                torch.testing.assert_close(b, a, rtol=1e-4, atol=1e-5)

    def test_recurrent_networks_learn_alike(self):
        for kind in (torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN):
            def gradients(device):
                torch.manual_seed(5)
                model = kind(4, 6, num_layers=2, bidirectional=True).to(device)
                output, _ = model(torch.randn(7, 3, 4).to(device))
                output.square().sum().backward()
                return [parameter.grad.cpu() for parameter in model.parameters()]

            for a, b in zip(gradients("cpu"), gradients("cuda")):
                torch.testing.assert_close(b, a, rtol=1e-4, atol=1e-5)


if __name__ == "__main__":
    unittest.main()
