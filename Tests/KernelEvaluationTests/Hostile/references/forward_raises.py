"""The Model's forward raises."""

import torch
import torch.nn as nn


class Model(nn.Module):
    def forward(self, x):
        raise ValueError("cannot be computed")


def get_inputs():
    return [torch.randn(64, 500)]


def get_init_inputs():
    return []
