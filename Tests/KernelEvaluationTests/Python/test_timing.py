"""Timed calls: what they are given. The clock and the GPU are stood in for; PyTorch computes on processors."""

import pathlib
import sys
import unittest
from unittest import mock

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Worker"))

import timing  # noqa: E402


class Clock:
    def begin(self, cover):
        self.cover = cover

    def end(self):
        return {"device": 1e-6, "tail": 0.0, "cover": self.cover}

    def launches(self):
        return 0

    def persisting(self):
        return 0


def prepared(*sets):
    calls = timing.TimedCalls(Clock())
    with (
        mock.patch.object(timing, "decode", lambda inputs, read: inputs),
        mock.patch.object(torch.Tensor, "cuda", lambda tensor: tensor),
    ):
        calls.prepare(list(sets))
    return calls


def message(number, which=0):
    return {"set": which, "seed": 3, "fresh": number, "cover": 0.0}


class FreshInputs(unittest.TestCase):
    def given(self, calls, number, which=0):
        seen = []
        calls.arm(message(number, which), lambda *inputs: seen.extend(tensor.clone() for tensor in inputs))
        calls.fire(message(number, which))
        return seen

    def test_no_call_sees_what_another_saw(self):
        calls = prepared([torch.randn(40, 30)], [torch.randn(40, 30)])
        seen = [self.given(calls, number, number % 2)[0] for number in range(12)]
        for number, one in enumerate(seen):
            for other in seen[:number]:
                self.assertEqual((one == other).sum().item(), 0)

    def test_two_sides_see_the_same(self):
        inputs = [torch.randn(7, 9), torch.randint(0, 5, (7,)), torch.tensor(2.5), torch.randn(3, 9).half()]
        one, other = prepared(inputs), prepared(inputs)
        for number in (1, 2, 1):
            for mine, theirs in zip(self.given(one, number), self.given(other, number)):
                self.assertTrue(torch.equal(mine, theirs))

    def test_values_stay_what_they_are(self):
        square = torch.randn(16, 16, dtype=torch.float64)
        inputs = [square + square.T, square.tril(), square @ square.T, torch.rand(8), torch.arange(6), torch.rand(8) > 0.5]
        symmetric, lower, definite, share, indices, mask = self.given(prepared(inputs), 5)
        self.assertTrue(torch.equal(symmetric, symmetric.T))
        self.assertTrue(torch.equal(lower, lower.tril()))
        self.assertGreater(torch.linalg.eigvalsh(definite).min().item(), -1e-12)
        self.assertTrue(((share >= 0) & (share <= 1)).all())
        self.assertTrue(torch.equal(indices, inputs[4]) and torch.equal(mask, inputs[5]))
        self.assertTrue(((symmetric / inputs[0] > 1 - 2 / 64) & (symmetric / inputs[0] <= 1)).all())

    def test_the_place_and_its_version_stay(self):
        calls = prepared([torch.randn(4, 4)])
        place = calls.fresh(message(1))[0]
        address, version = place.data_ptr(), place._version
        again = calls.fresh(message(2))[0]
        self.assertEqual((again.data_ptr(), again._version), (address, version))

    def test_nothing_is_changed_for_who_reads_alone(self):
        given = torch.randn(4, 4)
        kept = given.clone()
        self.given(prepared([given]), 9)
        self.assertTrue(torch.equal(given, kept))


if __name__ == "__main__":
    unittest.main()
