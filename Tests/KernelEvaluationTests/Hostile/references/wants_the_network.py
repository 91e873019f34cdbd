"""The reference loads its weights from the network."""

import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.hub.load_state_dict_from_url("http://192.0.2.1/weights.pt")

    def forward(self, x):
        return x * torch.sigmoid(x)


def get_inputs():
    return [torch.randn(64, 500)]


def get_init_inputs():
    return []
