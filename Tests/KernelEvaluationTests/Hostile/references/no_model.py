"""The reference has no Model."""

import torch
import torch.nn as nn


def get_inputs():
    return [torch.randn(4, 4)]


def get_init_inputs():
    return []
