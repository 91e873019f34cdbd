"""A world small enough to train in seconds: thirty samples, a tiny tokenizer, a tiny model."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pairtrain.tokenizer import train_tokenizer  # noqa: E402


def tiny_samples():
    for i in range(30):
        kind = "program" if i % 5 == 0 else "module"
        prompt = f"def forward(self, x):\n    return x * {i}\n"
        answer = f"__global__ void scale_{i}(float* x) {{\n    x[threadIdx.x] *= {i}.0f;\n}}\n"
        yield {"kind": kind, "family": f"f{i % 3}", "problem": prompt, "prompt": prompt, "answer": answer}


@pytest.fixture()
def world(tmp_path):
    """(configuration, folder) of a run that takes a second."""
    data = tmp_path / "train.jsonl"
    rows = list(tiny_samples())
    data.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    tokenizer = train_tokenizer([r["prompt"] + r["answer"] for r in rows], 320)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    config = {
        "name": "tiny",
        "shape": {"vocabulary": 320, "width": 64, "layers": 2, "heads": 4, "kv_heads": 2, "hidden": 96},
        "data": [str(data)],
        "tokenizer": str(tmp_path / "tokenizer.json"),
        "out": str(tmp_path / "out"),
        "seed": 3, "held_out": 5, "longest": 256, "stages": [
            {"from": 0, "longest": 70, "whole": 1.0, "tails": False},
            {"from": 4, "longest": 256, "whole": 1.0, "tails": False},
        ],
        "steps": 8, "warmup_steps": 2, "decay_steps": 3, "rate": 0.002, "weight_decay": 0.05, "clip": 1.0,
        "muon": True, "bf16": False, "tokens_per_batch": 256, "batches_per_step": 2, "prompt_weight": 0.1,
        "checkpoint_minutes": 60, "log_steps": 4, "check_steps": 100,
    }
    return config, tmp_path
