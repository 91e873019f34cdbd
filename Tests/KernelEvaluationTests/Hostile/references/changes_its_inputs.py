"""The Model changes its inputs."""

import torch
import torch.nn as nn


class Model(nn.Module):
    def forward(self, x):
        x.mul_(2.0)
        return x + 1.0


def get_inputs():
    return [torch.randn(64, 500)]


def get_init_inputs():
    return []
