"""Timed calls of a model on a real GPU: prepared by one command, made by the next, so that the trusted side's own clock sees the
call alone."""

import contextlib
import gc
import random

import torch

from operators import Recorder
from values import decode, mapped, read_tensor, tensors

_no_grad, _rand, _Generator = torch.no_grad, torch.rand, torch.Generator


class TimedCalls:
    """Sets of inputs on the GPU, and one place in memory from which each call takes them."""

    def __init__(self, clock):
        self._clock = clock
        self._sets = []
        self._working = None
        self._armed = None
        self.outputs = None

    def prepare(self, sets) -> None:
        self._sets = [mapped(decode(inputs, read_tensor), lambda tensor: tensor.cuda()) for inputs in sets]
        self._working = mapped(self._sets[0], lambda tensor: tensor.clone())

    def fresh(self, message: dict):
        """Puts values at the same addresses that no call has seen, without a word to autograd's versions."""
        for place, source in zip(tensors(self._working), tensors(self._sets[message["set"]])):
            place.data.copy_(source)
            if place.is_floating_point():
                _vary(place.data, message["fresh"])
        return self._working

    def arm(self, message: dict, model) -> None:
        """Everything before a call."""
        self.outputs = None
        self.fresh(message)
        random.seed(message["seed"])
        torch.manual_seed(message["seed"])
        if self._armed is not model:
            # What there was before, compilers included, is not looked through again before every call.
            gc.collect()
            gc.freeze()
        gc.collect()
        self._armed = model

    def fire(self, message: dict) -> dict:
        """One call. Where operators are recorded it takes longer, and its time is not used."""
        model, inputs = self._armed, self._working
        recorder = Recorder() if message.get("record") else contextlib.nullcontext()
        launches = self._clock.launches()
        gc.disable()
        try:
            with _no_grad(), recorder:
                self._clock.begin(message["cover"])
                self.outputs = model(*inputs)
                times = self._clock.end()
        finally:
            gc.enable()
        return {
            **times,
            "persisting": self._clock.persisting(),
            "launches": self._clock.launches() - launches,
            "operators": dict(recorder.counts) if message.get("record") else {},
        }


def _vary(values, seed: int) -> None:
    """Makes values a little smaller, each by a share of its own, so that who keeps results by their inputs finds none.

    The shares are products of one number for each place in each dimension, and dimensions of one size have the same numbers: what
    is zero, positive, triangular, symmetric or positive definite stays so. Two processes with one GPU make the same of one seed.
    """
    generator = _Generator(device=values.device).manual_seed(seed)
    shares = {}
    # From the last dimension on: a product of two is the same in either order, one of three is not.
    product = 1 - _rand((), generator=generator, device=values.device) / 64 if values.dim() == 0 else 1
    for dimension, size in reversed(list(enumerate(values.shape))):
        if size not in shares:
            shares[size] = (1 - _rand(size, generator=generator, device=values.device) / 64).to(values.dtype)
        product = product * shares[size].view([-1 if other == dimension else 1 for other in range(values.dim())])
    values.mul_(product)
