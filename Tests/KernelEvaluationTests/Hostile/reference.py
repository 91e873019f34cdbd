import torch
import torch.nn as nn


class Model(nn.Module):
    """Swish, x * sigmoid(x), of every element."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.sigmoid(x)


BATCH_SIZE = 64
DIM = 500


def get_inputs():
    return [torch.randn(BATCH_SIZE, DIM)]


def get_init_inputs():
    return []
