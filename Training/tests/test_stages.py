"""Tails are the prompt and the class, and a stage takes what its description says."""

import numpy as np

from pairtrain.batches import encode_samples
from pairtrain.samples import Sample
from pairtrain.stages import TAIL_OPENING, stage_samples
from pairtrain.tokenizer import answer_ids, load_tokenizer, plain_ids, prompt_ids


def test_tails(world):
    config, _ = world
    tokenizer = load_tokenizer(config["tokenizer"])
    tail = "class ModelNew(nn.Module):\n    pass\n"
    samples = [Sample("module", "f", "a b", "import torch\n\n" + tail), Sample("program", "g", "c", "no class\n")]
    encoded = encode_samples(tokenizer, samples, 500)
    opening = plain_ids(tokenizer, TAIL_OPENING)
    stage = {"from": 0, "longest": 500, "whole": 1.0, "tails": True}
    chosen = stage_samples(encoded, stage, opening, 1)
    assert len(chosen) == 3
    assert list(chosen[2].ids) == prompt_ids(tokenizer, "module", "a b") + answer_ids(tokenizer, tail)
    assert len(stage_samples(encoded, {**stage, "whole": 0.0}, opening, 1)) == 1
    assert np.array_equal(stage_samples(encoded, {**stage, "tails": False}, opening, 1)[0].ids, encoded[0].ids)
