"""The reference ends its process."""

import torch
import torch.nn as nn


import sys

sys.exit(0)


class Model(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


def get_inputs():
    return [torch.randn(64, 500)]


def get_init_inputs():
    return []
