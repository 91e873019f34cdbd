import torch
import torch.nn as nn


class Model(nn.Module):
    """Averages each row over the elements that its mask keeps; a row without any gives zero."""

    def __init__(self):
        super().__init__()

    def forward(self, x, mask):
        total = (x * mask).sum(dim=1)
        count = mask.sum(dim=1).clamp(min=1.0)
        return total / count


rows = 900
columns = 1300


def get_inputs():
    return [torch.randn(rows, columns), (torch.rand(rows, columns) < 0.6).float()]


def get_init_inputs():
    return []
