"""Which optimizer moves which parameters, and how fast at which step.

Hidden matrices are moved by Muon (Keller Jordan and others, 2024: the momentum is made
orthogonal, so that every direction of a matrix learns at the same pace), here PyTorch's own
implementation; embeddings and norms by AdamW. The two share one learning rate, because
`match_rms_adamw` (Moonshot AI, "Muon is scalable for LLM training", 2025) scales Muon's
step to the size of AdamW's.
"""

import math

import torch


class Pair:
    """Both optimizers behind one face."""

    def __init__(self, model, config: dict):
        hidden = [p for n, p in model.named_parameters() if p.dim() == 2 and n != "embed.weight"]
        embed = [p for n, p in model.named_parameters() if n == "embed.weight"]
        norms = [p for p in model.parameters() if p.dim() == 1]
        decay = config["weight_decay"]
        adam_groups = [{"params": embed, "weight_decay": decay}, {"params": norms, "weight_decay": 0.0}]
        self.parts = []
        if config["muon"]:
            # Two halves, because the parts of one step run at the same time.
            for half in (hidden[::2], hidden[1::2]):
                self.parts.append(
                    torch.optim.Muon(
                        half, lr=1.0, weight_decay=decay, momentum=0.95, nesterov=True,
                        adjust_lr_fn="match_rms_adamw",
                    )
                )
        else:
            adam_groups.append({"params": hidden, "weight_decay": decay})
        self.parts.append(torch.optim.AdamW(adam_groups, lr=1.0, betas=(0.9, 0.95), eps=1e-9, fused=True))

    def step(self, rate: float, workers) -> None:
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = rate
        workers.map(lambda part: part.step(), self.parts)

    def zero(self) -> None:
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def state(self) -> list:
        return [part.state_dict() for part in self.parts]

    def restore(self, states: list) -> None:
        for part, state in zip(self.parts, states, strict=True):
            part.load_state_dict(state)


def rate_at(step: int, config: dict) -> float:
    """Warm-up, a long flat stretch, then decay to a hundredth over the last `decay_steps`.

    On the flat stretch nothing depends on `steps`: a run can be made longer or shorter there
    and still be the run that its final configuration describes.
    """
    peak, warm = config["rate"], config["warmup_steps"]
    left = config["steps"] - step
    if step < warm:
        return peak * (step + 1) / warm
    if left < config["decay_steps"]:
        gone = 1 - left / config["decay_steps"]
        return peak * (0.01 + 0.99 * (1 - math.sqrt(gone)))
    return peak
