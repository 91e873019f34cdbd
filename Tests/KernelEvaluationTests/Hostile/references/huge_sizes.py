"""The sizes are beyond every machine, and written where nothing can reduce them."""

import torch
import torch.nn as nn


class Model(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


def get_inputs():
    return [torch.randn(1 << 24, 1 << 24)]


def get_init_inputs():
    return []
