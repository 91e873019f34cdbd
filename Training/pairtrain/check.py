"""Run an exported file in llama.cpp and compare it with PyTorch.

    python -m pairtrain.check --gguf ../Models/basic-kernel-target-q8_0.gguf \
        --checkpoint out/target/checkpoint.pt --tokenizer tokenizer.json --data work/data/train.jsonl

Needs llama-cpp-python (requirements-check.txt). Two claims are checked: llama.cpp cuts text
into the same tokens as the tokenizer that the model was trained with, and its logits differ
from PyTorch's by no more than the quantisation explains.
"""

import argparse
import json

import numpy as np
import torch

from .checkpoint import load_model
from .samples import read_samples
from .tokenizer import answer_ids, load_tokenizer, plain_ids, prompt_ids


def open_gguf(path, context: int = 2048, threads: int = 1):
    from llama_cpp import Llama

    return Llama(str(path), n_ctx=context, n_batch=512, n_threads=threads, logits_all=True, verbose=False)


def llama_ids(llama, text: str) -> list[int]:
    return llama.tokenize(text.encode(), add_bos=False, special=False)


def llama_logits(llama, ids) -> np.ndarray:
    llama.reset()
    llama.eval(list(ids))
    return np.array(llama.scores[: len(ids)])


@torch.no_grad()
def torch_logits(model, ids) -> np.ndarray:
    return model(torch.tensor([list(ids)])).squeeze(0).numpy()


def compare(ours: np.ndarray, theirs: np.ndarray) -> dict:
    """How far apart two sets of logits are, relative to how far our logits spread."""
    spread = ours.std()
    return {
        "relative_error": float(np.sqrt(((ours - theirs) ** 2).mean()) / spread),
        "same_best": float((ours.argmax(-1) == theirs.argmax(-1)).mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--logits", type=int, default=5, help="on how many samples logits are compared")
    args = parser.parse_args()

    llama = open_gguf(args.gguf)
    tokenizer = load_tokenizer(args.tokenizer)
    model, _ = load_model(args.checkpoint)
    samples = []
    for sample in read_samples(args.data):
        samples.append(sample)
        if len(samples) == args.samples:
            break
    texts = [t for s in samples for t in (s.prompt, s.answer)]
    different = [t for t in texts if plain_ids(tokenizer, t) != llama_ids(llama, t)]
    rows = []
    for sample in samples[: args.logits]:
        ids = prompt_ids(tokenizer, sample.kind, sample.prompt) + answer_ids(tokenizer, sample.answer)
        rows.append(compare(torch_logits(model, ids[:1700]), llama_logits(llama, ids[:1700])))
    print(
        json.dumps(
            {
                "texts": len(texts),
                "tokenized_differently": len(different),
                "worst_relative_error": round(max(r["relative_error"] for r in rows), 5),
                "least_same_best": round(min(r["same_best"] for r in rows), 5),
            }
        )
    )
    if different:
        raise SystemExit("llama.cpp tokenizes some texts differently")


if __name__ == "__main__":
    main()
