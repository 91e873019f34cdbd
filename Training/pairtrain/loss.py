"""The loss: next token, weighted, on the positions that have a weight.

An answer's token weighs 1, a prompt's much less: reading a problem well is worth something,
guessing how it goes on is not.
"""

import torch
import torch.nn.functional as F


def weighted_loss(model, batch):
    """(sum of weight x loss, to be divided by the step's weights; sums for the log)."""
    rows = batch.weights.reshape(-1).nonzero().squeeze(1)
    weights = batch.weights.reshape(-1)[rows]
    targets = batch.targets.reshape(-1)[rows]
    logits = model(batch.inputs).flatten(0, 1)[rows].float()
    each = F.cross_entropy(logits, targets, reduction="none")
    answer = weights == 1.0
    sums = {
        "answer_loss": float(each.detach()[answer].sum()),
        "answer_tokens": int(answer.sum()),
        "tokens": len(rows),
    }
    return (each * weights).sum(), sums


@torch.no_grad()
def held_out_loss(model, batches, bf16: bool) -> float:
    """Mean loss of an answer token, in nats."""
    loss = tokens = 0.0
    model.eval()
    for batch in batches:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            _, sums = weighted_loss(model, batch)
        loss += sums["answer_loss"]
        tokens += sums["answer_tokens"]
    model.train()
    return loss / max(1.0, tokens)
