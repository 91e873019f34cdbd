import torch
import torch.nn as nn


class Model(nn.Module):
    """Measures the squared distance from each point of one set to each point of another."""

    def __init__(self):
        super().__init__()

    def forward(self, a, b):
        difference = a.unsqueeze(1) - b.unsqueeze(0)
        return difference.pow(2).sum(dim=-1)


first = 420
second = 260
dimensions = 40


def get_inputs():
    return [torch.randn(first, dimensions), torch.randn(second, dimensions)]


def get_init_inputs():
    return []
