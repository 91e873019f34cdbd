import torch
import torch.nn as nn


class Model(nn.Module):
    """Squashes each element smoothly into the range from -limit to limit."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def forward(self, x):
        return self.limit * torch.tanh(x / self.limit)


rows = 768
columns = 2000


def get_inputs():
    return [torch.randn(rows, columns) * 3.0]


def get_init_inputs():
    return [2.5]
