"""Mixes tabs and spaces."""

import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
	if x is not None:
            return x
