"""get_inputs returns an object that no one can make another of."""

import torch
import torch.nn as nn


class Model(nn.Module):
    def forward(self, x, thing):
        return x * torch.sigmoid(x)


def get_inputs():
    return [torch.randn(64, 500), object()]


def get_init_inputs():
    return []
