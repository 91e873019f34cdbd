"""The reference imports a package that nobody has."""

import torch
import torch.nn as nn


import a_package_that_nobody_has


class Model(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


def get_inputs():
    return [torch.randn(64, 500)]


def get_init_inputs():
    return []
