"""ModelNew is a function."""

import torch
import torch.nn as nn


def ModelNew():
    return lambda x: x * torch.sigmoid(x)
