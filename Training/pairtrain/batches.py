"""Batches of single samples of nearly the same length.

Every batch is a function of (samples, seed, epoch, place in the epoch) alone, so a resumed
run sees exactly what an uninterrupted one would have seen. Samples never share a row:
there is no attention from one sample into another, and padding stays at a few percent.
"""

from dataclasses import dataclass

import numpy as np
import torch

from .samples import Sample
from .tokenizer import answer_ids, prompt_ids
from .tokens import PAD_ID


@dataclass
class Encoded:
    """One sample as tokens; `answer_at` is where the answer begins."""

    ids: np.ndarray
    answer_at: int
    kind: str = "module"
    family: str = ""


@dataclass
class Batch:
    inputs: torch.Tensor  # [rows, length]
    targets: torch.Tensor  # [rows, length]
    weights: torch.Tensor  # [rows, length], 0 on padding

    @property
    def tokens(self) -> int:
        return int((self.weights > 0).sum())


def encode_samples(tokenizer, samples: list[Sample], longest: int) -> list[Encoded]:
    """Tokens of every sample that is not longer than `longest`."""
    encoded = []
    for sample in samples:
        before = prompt_ids(tokenizer, sample.kind, sample.prompt)
        after = answer_ids(tokenizer, sample.answer)
        if len(before) + len(after) <= longest:
            ids = np.array(before + after, dtype=np.uint16)
            encoded.append(Encoded(ids, len(before), sample.kind, sample.family))
    return encoded


def plan_epoch(lengths: np.ndarray, tokens_per_batch: int, seed: int, epoch: int, window: int = 128) -> list[np.ndarray]:
    """Indices of each micro-batch: windows of shuffled samples, each sorted by length and cut; then shuffled again.

    Sorting everything would pad nothing, but samples of exactly one length are of one family:
    every step would pull the model towards a few families instead of towards reading the
    prompt. In a window, neighbours are only similar in length.
    """
    rng = np.random.default_rng([seed, epoch])
    shuffled = rng.permutation(len(lengths))
    plan = []
    for first in range(0, len(shuffled), window):
        order = shuffled[first : first + window]
        order = order[np.argsort(lengths[order], kind="stable")]
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and lengths[order[end]] * (end + 1 - start) <= tokens_per_batch:
                end += 1
            plan.append(order[start:end])
            start = end
    return [plan[i] for i in rng.permutation(len(plan))]


def make_batch(encoded: list[Encoded], indices, prompt_weight: float, multiple: int = 16) -> Batch:
    """Pad to a multiple of `multiple`: few different shapes keep the CPU kernels' caches warm."""
    chosen = [encoded[i] for i in indices]
    length = max(len(e.ids) for e in chosen) - 1
    length = -(-length // multiple) * multiple
    ids = np.full((len(chosen), length + 1), PAD_ID, dtype=np.int64)
    weights = np.zeros((len(chosen), length), dtype=np.float32)
    for row, sample in enumerate(chosen):
        ids[row, : len(sample.ids)] = sample.ids
        weights[row, : sample.answer_at - 1] = prompt_weight
        weights[row, sample.answer_at - 1 : len(sample.ids) - 1] = 1.0
    ids = torch.from_numpy(ids)
    return Batch(ids[:, :-1].contiguous(), ids[:, 1:].contiguous(), torch.from_numpy(weights))


class Feed:
    """Endless micro-batches whose whole state is the number already taken."""

    def __init__(self, encoded: list[Encoded], tokens_per_batch: int, prompt_weight: float, seed: int, stage: int = 0):
        self.encoded = encoded
        self.lengths = np.array([len(e.ids) for e in encoded])
        self.tokens_per_batch = tokens_per_batch
        self.prompt_weight = prompt_weight
        self.seed = seed
        self.stage = stage
        self.epoch, self.place = 0, 0
        self.plan = self._plan()

    def _plan(self):
        return plan_epoch(self.lengths, self.tokens_per_batch, self.seed, self.epoch)

    def state(self) -> dict:
        return {"stage": self.stage, "epoch": self.epoch, "place": self.place}

    def restore(self, state: dict) -> None:
        self.epoch, self.place = state["epoch"], state["place"]
        self.plan = self._plan()

    def take(self) -> Batch:
        if self.place >= len(self.plan):
            self.epoch, self.place = self.epoch + 1, 0
            self.plan = self._plan()
        batch = make_batch(self.encoded, self.plan[self.place], self.prompt_weight)
        self.place += 1
        return batch
