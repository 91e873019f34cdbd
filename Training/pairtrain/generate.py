"""Greedy decoding in PyTorch, one token at a time, as the product decodes at temperature 0."""

import torch

from .model import Past
from .tokens import END_ID


@torch.no_grad()
def greedy(model, prompt: list[int], longest: int) -> list[int]:
    """The answer's tokens without <|end|>; stops when prompt and answer reach `longest`."""
    past = Past()
    written = []
    feed = torch.tensor([prompt])
    while len(prompt) + len(written) < longest:
        best = int(model(feed, past)[0, -1].argmax())
        if best == END_ID:
            break
        written.append(best)
        feed = torch.tensor([[best]])
    return written
