"""Samples as the data generator writes them, and which of them are held out.

The held-out set is chosen by a hash of the prompt, not by position: a prompt that occurs
twice falls on the same side both times, and the choice does not change when samples are
added at the end of the file.
"""

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    kind: str
    family: str
    prompt: str
    answer: str


def read_samples(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                row = json.loads(line)
                yield Sample(row["kind"], row["family"], row["prompt"], row["answer"])


def prompt_rank(sample: Sample) -> str:
    return hashlib.sha256((sample.kind + "\0" + sample.prompt).encode()).hexdigest()


def split_samples(samples: list[Sample], held_out: int) -> tuple[list[Sample], list[Sample]]:
    """(training samples, held-out samples); no prompt is in both."""
    first_of = {}
    for sample in samples:
        first_of.setdefault(prompt_rank(sample), sample)
    chosen = sorted(first_of)[:held_out]
    out = set(chosen)
    train = [s for s in samples if prompt_rank(s) not in out]
    return train, [first_of[rank] for rank in chosen]
