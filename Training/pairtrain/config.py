"""Configurations: a JSON file beside the code, every key named here, nothing implied."""

import json
from pathlib import Path

from .model import Shape

KEYS = {
    "name", "shape", "data", "tokenizer", "out", "seed", "held_out", "longest", "stages",
    "steps", "warmup_steps", "decay_steps", "rate", "weight_decay", "clip", "muon", "bf16",
    "tokens_per_batch", "batches_per_step", "prompt_weight",
    "checkpoint_minutes", "log_steps", "check_steps",
}


def load_config(path) -> dict:
    config = json.loads(Path(path).read_text())
    missing, unknown = KEYS - set(config), set(config) - KEYS
    if missing or unknown:
        raise SystemExit(f"{path}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    return config


def shape_of(config: dict) -> Shape:
    return Shape(**config["shape"])
