"""Checkpoints that a stopped run continues from as if it had never stopped.

A file is written beside the old one and then takes its name, so that a run which is killed
while it writes still has the previous checkpoint.
"""

import os
from pathlib import Path

import torch

from .config import shape_of
from .model import Writer


def save_checkpoint(path, config, model, optimizer, feed, step, totals) -> None:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    torch.save(
        {
            "config": config,
            "model": model.state_dict(),
            "optimizer": optimizer.state(),
            "feed": feed.state(),
            "step": step,
            "totals": totals,
        },
        fresh,
    )
    os.replace(fresh, path)


def load_checkpoint(path) -> dict:
    return torch.load(path, map_location="cpu", weights_only=True)


def load_model(path) -> tuple[Writer, dict]:
    """The model of a checkpoint, ready to be asked, and the whole checkpoint."""
    kept = load_checkpoint(path)
    model = Writer(shape_of(kept["config"]))
    model.load_state_dict(kept["model"])
    return model.eval(), kept
