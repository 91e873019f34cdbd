"""Timed calls of a model on a real GPU: prepared by one command, made by the next, so that the trusted side's own clock sees the
call alone."""

import contextlib
import gc
import random

import torch

from operators import Recorder
from values import decode, mapped, read_tensor, tensors

_no_grad = torch.no_grad


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

    def arm(self, message: dict, model) -> None:
        """Puts other values at the same addresses, without a word to autograd's versions."""
        self.outputs = None
        for place, source in zip(tensors(self._working), tensors(self._sets[message["set"]])):
            place.data.copy_(source)
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
