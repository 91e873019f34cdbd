import torch
import torch.nn as nn


class Model(nn.Module):
    """Divides each row by its root mean square and multiplies it by a learned weight."""

    def __init__(self, features, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(features) + 0.5)
        self.epsilon = epsilon

    def forward(self, x):
        mean_square = x.pow(2).mean(dim=-1, keepdim=True)
        return x * torch.rsqrt(mean_square + self.epsilon) * self.weight


rows = 640
features = 1152


def get_inputs():
    return [torch.randn(rows, features)]


def get_init_inputs():
    return [features, 1e-6]
