"""Train one model of the pair.

    python -m pairtrain.train --config configs/target.json [--resume]

Writes a checkpoint every few minutes and at the end; `--resume` continues from it. On
SIGTERM the run finishes its step, writes a checkpoint and stops. The log is one JSON object
per line, in `<out>/log.jsonl`.
"""

import argparse
import json
import signal
import time
from pathlib import Path

import torch

from .batches import Feed, encode_samples, make_batch, plan_epoch
from .checkpoint import load_checkpoint, save_checkpoint
from .config import load_config, shape_of
from .loss import held_out_loss
from .model import Writer
from .optimizer import Pair, rate_at
from .samples import read_samples, split_samples
from .stages import TAIL_OPENING, stage_samples
from .tokenizer import load_tokenizer, plain_ids
from .workers import Workers


def load_data(config: dict):
    """(encoded training samples, encoded held-out samples)."""
    tokenizer = load_tokenizer(config["tokenizer"])
    samples = [s for path in config["data"] for s in read_samples(path)]
    train, held = split_samples(samples, config["held_out"])
    return (
        encode_samples(tokenizer, train, config["longest"]),
        encode_samples(tokenizer, held, config["longest"]),
    )


def held_out_batches(held, config):
    lengths = torch.tensor([len(e.ids) for e in held]).numpy()
    plan = plan_epoch(lengths, config["tokens_per_batch"], 0, 0)
    return [make_batch(held, indices, config["prompt_weight"]) for indices in plan]


class Run:
    def __init__(self, config: dict, resume: bool, workers: int = 2):
        self.workers = Workers(workers)
        torch.manual_seed(config["seed"])
        self.config = config
        self.out = Path(config["out"])
        self.out.mkdir(parents=True, exist_ok=True)
        train, held = load_data(config)
        self.held = held_out_batches(held, config)
        self.model = Writer(shape_of(config))
        self.optimizer = Pair(self.model, config)
        self.train = train
        self.opening = plain_ids(load_tokenizer(config["tokenizer"]), TAIL_OPENING)
        self.step = 0
        self.stage, self.feed = -1, None
        self.totals = {"tokens": 0, "answer_tokens": 0, "samples": 0, "seconds": 0.0}
        self.checkpoint = self.out / "checkpoint.pt"
        if resume and self.checkpoint.exists():
            kept = load_checkpoint(self.checkpoint)
            self.model.load_state_dict(kept["model"])
            self.optimizer.restore(kept["optimizer"])
            self.step, self.totals = kept["step"], kept["totals"]
            self.enter_stage()
            if kept["feed"].get("stage") == self.stage:
                self.feed.restore(kept["feed"])
        self.enter_stage()
        self.stopping = False
        self.say(
            {
                "parameters": self.model.parameters_count(),
                "train_samples": len(train),
                "held_out_samples": len(held),
                "epoch_tokens": int(self.feed.lengths.sum()),
                "stage": self.stage,
                "from_step": self.step,
            }
        )

    def enter_stage(self) -> None:
        """Take the samples of the stage that the current step belongs to."""
        config = self.config
        stage = max(i for i, s in enumerate(config["stages"]) if s["from"] <= self.step)
        if stage != self.stage:
            chosen = stage_samples(self.train, config["stages"][stage], self.opening, config["seed"] + stage)
            self.feed = Feed(chosen, config["tokens_per_batch"], config["prompt_weight"], config["seed"] + stage, stage)
            self.stage = stage

    def say(self, row: dict) -> None:
        line = json.dumps(row)
        print(line, flush=True)
        with open(self.out / "log.jsonl", "a", encoding="utf-8") as log:
            log.write(line + "\n")

    def save(self) -> None:
        save_checkpoint(
            self.checkpoint, self.config, self.model, self.optimizer, self.feed, self.step, self.totals
        )

    def one_step(self) -> dict:
        config = self.config
        self.enter_stage()
        batches = [self.feed.take() for _ in range(config["batches_per_step"])]
        log = self.workers.gradients(self.model, batches, config["bf16"])
        self.totals["samples"] += sum(len(b.inputs) for b in batches)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), config["clip"])
        self.optimizer.step(rate_at(self.step, config), self.workers)
        self.optimizer.zero()
        self.step += 1
        self.totals["tokens"] += log["tokens"]
        self.totals["answer_tokens"] += log["answer_tokens"]
        return log

    def check(self) -> None:
        self.say({"step": self.step, "held_out_loss": round(held_out_loss(self.model, self.held, self.config["bf16"]), 5)})

    def go(self, until: int | None = None) -> None:
        config = self.config
        until = config["steps"] if until is None else min(until, config["steps"])
        saved = time.monotonic()
        window, loss, answer_tokens, tokens = 0.0, 0.0, 0, 0
        while self.step < until and not self.stopping:
            began = time.monotonic()
            log = self.one_step()
            spent = time.monotonic() - began
            self.totals["seconds"] += spent
            window += spent
            loss += log["answer_loss"]
            answer_tokens += log["answer_tokens"]
            tokens += log["tokens"]
            if self.step % config["log_steps"] == 0:
                self.say(
                    {
                        "step": self.step,
                        "loss": round(loss / max(1, answer_tokens), 5),
                        "rate": round(rate_at(self.step - 1, config), 7),
                        "tokens": self.totals["tokens"],
                        "tokens_per_second": round(tokens / window),
                        "seconds": round(self.totals["seconds"]),
                        "epoch": self.feed.epoch,
                    }
                )
                window, loss, answer_tokens, tokens = 0.0, 0.0, 0, 0
            if self.step % config["check_steps"] == 0:
                self.check()
            if time.monotonic() - saved > 60 * config["checkpoint_minutes"]:
                self.save()
                saved = time.monotonic()
        self.save()
        if self.step >= config["steps"]:
            self.check()
            self.say({"done": self.step, **{k: round(v) for k, v in self.totals.items()}})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--workers", type=int, default=2, help="micro-batches at once, one core each")
    args = parser.parse_args()
    run = Run(load_config(args.config), args.resume, args.workers)
    signal.signal(signal.SIGTERM, lambda *_: setattr(run, "stopping", True))
    run.go()


if __name__ == "__main__":
    main()
