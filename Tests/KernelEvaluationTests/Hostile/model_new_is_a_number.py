"""ModelNew is a number."""

import torch
import torch.nn as nn


ModelNew = 42
