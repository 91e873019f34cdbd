"""The loss: next token, weighted, on the positions that have a weight.

The draft may also learn from the target's own distribution (`teacher`): what makes a draft
useful is that it agrees with the target, not that it is right.
"""

import torch
import torch.nn.functional as F


def weighted_loss(model, batch, teacher=None, teacher_share: float = 0.0):
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
    if teacher is not None:
        with torch.no_grad():
            wanted = teacher(batch.inputs).flatten(0, 1)[rows].float().softmax(-1)
        soft = -(wanted * logits.log_softmax(-1)).sum(-1)
        each = (1 - teacher_share) * each + teacher_share * soft
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
