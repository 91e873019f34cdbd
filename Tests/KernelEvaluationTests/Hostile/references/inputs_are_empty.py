"""get_inputs returns nothing, so that the output cannot depend on it."""

import torch
import torch.nn as nn


class Model(nn.Module):
    def forward(self):
        return torch.ones(4, 4)


def get_inputs():
    return []


def get_init_inputs():
    return []
