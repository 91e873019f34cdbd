"""A Llama-shaped transformer, so that llama.cpp runs the exported file as architecture `llama`.

RMSNorm, rotary positions, SwiGLU, no biases, tied embeddings. Rotary positions are applied
to the two halves of a head (quick in PyTorch); llama.cpp's `llama` rotates neighbouring
pairs, and the exporter permutes the rows of q and k accordingly (see export.py).
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    hidden: int
    rope_base: float = 10000.0
    norm_eps: float = 1e-5

    @property
    def head(self) -> int:
        return self.width // self.heads

    def __post_init__(self):
        # Q8_0 stores rows in blocks of 32 numbers.
        for size in (self.width, self.hidden, self.vocabulary, self.head * self.kv_heads):
            assert size % 32 == 0, f"{size} is not a multiple of 32"
        assert self.width % self.heads == 0 and self.heads % self.kv_heads == 0


@lru_cache(maxsize=256)
def rotary(shape: Shape, start: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
    half = shape.head // 2
    speeds = shape.rope_base ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = torch.arange(start, start + length, dtype=torch.float64)[:, None] * speeds
    angles = torch.cat([angles, angles], dim=1).float()
    return angles.cos(), angles.sin()


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


def causal_blocks(q, k, v, block: int = 256) -> torch.Tensor:
    """Causal attention in bf16, a block of queries at a time.

    PyTorch's fused CPU attention does not reach the bf16 matrix units' speed in training;
    plain products over blocks took half its time here, forward and backward, and a block
    never looks at the keys that come after it.
    """
    if k.shape[1] != q.shape[1]:
        repeat = q.shape[1] // k.shape[1]
        k, v = k.repeat_interleave(repeat, dim=1), v.repeat_interleave(repeat, dim=1)
    q = q * q.shape[-1] ** -0.5
    length = q.shape[2]
    hidden = torch.full((block, block), float("-inf"), dtype=q.dtype).triu(1)
    mixed = []
    with torch.autocast("cpu", enabled=False):
        for start in range(0, length, block):
            end = min(length, start + block)
            scores = q[:, :, start:end] @ k[:, :, :end].transpose(-1, -2)
            scores[..., start:] += hidden[: end - start, : end - start]
            mixed.append(scores.softmax(-1) @ v[:, :, :end])
    return torch.cat(mixed, dim=2)


class Attention(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        kv = shape.head * shape.kv_heads
        self.q = nn.Linear(shape.width, shape.width, bias=False)
        self.k = nn.Linear(shape.width, kv, bias=False)
        self.v = nn.Linear(shape.width, kv, bias=False)
        self.o = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x, cos, sin, past=None):
        rows, length, _ = x.shape
        s = self.shape

        def split(y, heads):
            return y.view(rows, length, heads, s.head).transpose(1, 2)

        q = rotate(split(self.q(x), s.heads), cos, sin)
        k = rotate(split(self.k(x), s.kv_heads), cos, sin)
        v = split(self.v(x), s.kv_heads)
        if past is not None:
            k, v = past.extend(self, k, v)
        if past is None and q.dtype == torch.bfloat16:
            mixed = causal_blocks(q, k.to(q.dtype), v.to(q.dtype))
        else:
            causal = past is None or k.shape[2] == length
            gqa = s.kv_heads != s.heads
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=gqa)
        return self.o(mixed.transpose(1, 2).reshape(rows, length, s.width))


class FeedForward(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Layer(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.attention_norm = nn.RMSNorm(shape.width, eps=shape.norm_eps)
        self.attention = Attention(shape)
        self.ffn_norm = nn.RMSNorm(shape.width, eps=shape.norm_eps)
        self.ffn = FeedForward(shape)

    def forward(self, x, cos, sin, past=None):
        x = x + self.attention(self.attention_norm(x), cos, sin, past)
        return x + self.ffn(self.ffn_norm(x))


class Past:
    """Keys and values of the tokens already read, for decoding one token at a time."""

    def __init__(self):
        self.kept = {}
        self.length = 0

    def extend(self, owner, k, v):
        if owner in self.kept:
            old_k, old_v = self.kept[owner]
            k, v = torch.cat([old_k, k], dim=2), torch.cat([old_v, v], dim=2)
        self.kept[owner] = (k, v)
        return k, v


class Writer(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=shape.norm_eps)
        self._start()

    def _start(self) -> None:
        """Small even start; what writes into the residual stream is smaller with depth."""
        nn.init.normal_(self.embed.weight, std=0.02)
        for name, p in self.named_parameters():
            if p.dim() == 2 and name != "embed.weight":
                std = p.shape[1] ** -0.5 * 0.5
                if name.endswith((".o.weight", ".down.weight")):
                    std /= (2 * self.shape.layers) ** 0.5
                nn.init.normal_(p, std=std)

    def forward(self, ids, past: Past | None = None):
        """Logits of the token after each of `ids` ([rows, length])."""
        start = past.length if past is not None else 0
        cos, sin = rotary(self.shape, start, ids.shape[1])
        if torch.is_autocast_enabled("cpu"):
            dtype = torch.get_autocast_dtype("cpu")
            cos, sin = cos.to(dtype), sin.to(dtype)
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x, cos, sin, past)
        if past is not None:
            past.length += ids.shape[1]
        return F.linear(self.norm(x), self.embed.weight)

    def parameters_count(self) -> int:
        return sum(p.numel() for p in self.parameters())
