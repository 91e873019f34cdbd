import torch
import torch.nn as nn


class Model(nn.Module):
    """Turns each row of scores into probabilities, sharper the lower the temperature."""

    def __init__(self, temperature):
        super().__init__()
        self.temperature = temperature

    def forward(self, scores):
        return torch.softmax(scores / self.temperature, dim=-1)


rows = 384
columns = 1500


def get_inputs():
    return [torch.randn(rows, columns)]


def get_init_inputs():
    return [0.7]
