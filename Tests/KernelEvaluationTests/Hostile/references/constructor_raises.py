"""The Model's constructor raises."""

import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        raise ValueError("cannot be made")

    def forward(self, x):
        return x * torch.sigmoid(x)


def get_inputs():
    return [torch.randn(64, 500)]


def get_init_inputs():
    return []
