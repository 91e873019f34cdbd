#!/usr/bin/env python3
"""Widens and deepens a model in GGUF format without changing what it says, or fills that shape with random weights.

    python3 Benchmarks/widen_gguf.py Models/basic-kernel-target-q8_0.gguf wide.gguf --like 1.5b
    python3 Benchmarks/widen_gguf.py Models/basic-kernel-draft-q8_0.gguf draft.gguf --vocabulary 151936
    python3 Benchmarks/widen_gguf.py Models/basic-kernel-target-q8_0.gguf random.gguf --like 1.5b --random q4_k

The result is a *cost model with real acceptance*: its passes cost what those of a model of the new shape cost, and it writes, greedily, what
the small one writes. So a draft for the small model is right about it as often as before, at another ratio of costs.

How (for the architecture `llama`, with all matrices in Q8_0, whose blocks are copied as they are):

- Hidden dimensions are added that stay zero: no embedding and no projection writes to them. The root mean square is taken over more of
  them, so the norms' weights are multiplied by sqrt(old / new), and epsilon by old / new.
- Heads of queries are added to each group of heads that shares keys and values, and inner dimensions of the feed-forward network; the
  projections that read them are zero there. What computes them is random.
- Layers are added whose projections back are zero.
- The feed-forward network becomes a mixture of experts (--experts, --experts-used) that all compute the same; a random router gives each a
  share of one, so their sum is what the network said, but for the last bits.
- The vocabulary is padded with tokens whose rows in the head repeat the first one's: they are never likelier than it, and of equally
  likely tokens the first is taken. At a temperature above zero they would be drawn, so this holds for greedy decoding alone.

With --to q4_0, f16, bf16 or f32 the model is rounded to that type, and then says the same at any size, which may not be what the original says.
With --random all matrices have random weights of a type instead, and the head is a matrix of its own: what passes cost, and nothing else.
"""

import argparse
import math
import sys

import numpy as np

from gguf_file import BLOCKS, F32, Q8_0, read, write

SHAPES = {
    # hidden, layers, heads of queries, inner, tokens, experts and those of a token: those of known models, with heads of 64 and this model's
    # heads of keys.
    "0.5b": (896, 24, 16, 4864, 151936, 0, 0),
    "1.5b": (1536, 28, 24, 8960, 151936, 0, 0),
    "7b": (3584, 28, 56, 18944, 152064, 0, 0),
    "7b-a1b": (2048, 16, 32, 1024, 50304, 64, 8),
}


class Widener:
    def __init__(self, path, arguments):
        self.values, self.tensors = read(path)
        if self.number("general.architecture") != b"llama":
            sys.exit("Only the architecture llama can be widened.")
        if arguments.tokenizer:
            if not arguments.random:
                sys.exit("Another vocabulary is for random weights: the model's own know theirs.")
            # How prompts look belongs to the vocabulary too.
            own = ("tokenizer.", "basic.")
            self.values = {key: value for key, value in self.values.items() if not key.startswith(own)}
            self.values |= {key: value for key, value in read(arguments.tokenizer)[0].items() if key.startswith("tokenizer.")}
        self.random = np.random.default_rng(arguments.seed)
        self.type = arguments.random
        self.rounding = self.in_four_bits if arguments.to == "q4_0" else self.in_floats if arguments.to else None
        self.rounded_type = arguments.to
        if self.type and self.rounding:
            sys.exit("Random weights have a type of their own: --to is for the model's.")
        self.hidden, self.layers = self.number("llama.embedding_length"), self.number("llama.block_count")
        self.heads, self.key_heads = self.number("llama.attention.head_count"), self.number("llama.attention.head_count_kv")
        self.inner = self.number("llama.feed_forward_length")
        self.vocabulary = len(self.values["tokenizer.ggml.tokens"][1][1])
        self.head_width = self.number("llama.attention.key_length")
        old = (self.hidden, self.layers, self.heads, self.inner, self.vocabulary)
        *shape, experts, used = SHAPES.get(arguments.like, old + (0, 0))
        given = (arguments.hidden, arguments.layers, arguments.heads, arguments.inner, arguments.vocabulary)
        self.experts = arguments.experts or experts
        self.experts_used = arguments.experts_used or used or min(2, self.experts)
        if not (0 <= self.experts_used <= self.experts) or self.experts == 1:
            sys.exit("A mixture has two experts at least, and a token uses one of them at least and all at most.")
        self.has_scales = arguments.expert_scales
        if self.has_scales and not self.experts:
            sys.exit("Scales are for experts: say how many there are.")
        if "llama.expert_count" in self.values:
            sys.exit("The model is a mixture of experts already: one without is widened.")
        self.new = [wanted or known for wanted, known in zip(given, shape)]
        names = ("hidden dimensions", "layers", "heads", "inner dimensions", "tokens")
        for name, before, after in zip(names, old, self.new):
            if after < before:
                sys.exit(f"The model has {before} {name}; it can be made larger only, not {after}.")
        unit = BLOCKS[self.type or "q8_0"][1]
        lengths = (self.new[0], self.new[3], self.new[2] * self.head_width)
        if any(length % unit for length in lengths) or self.new[2] % self.key_heads:
            sys.exit(
                f"Hidden and inner dimensions, and those of all heads, must be multiples of {unit}, and heads one of the "
                "model's heads of keys.")
        if any(length % 32 for length in lengths):
            print("note: rows whose length is no multiple of 32 are not packed.", file=sys.stderr)

    def number(self, name):
        if name not in self.values:
            sys.exit(f"The model does not say its {name}.")
        return self.values[name][1]

    # Blocks of 34 bytes: rows × blocks of the row × 34.

    def blocks(self, name):
        kind, shape, data = self.tensors[name]
        if kind != Q8_0:
            sys.exit(f"{name} is not in Q8_0.")
        return np.asarray(data).reshape(shape[1], shape[0] // 32, 34)

    @staticmethod
    def in_four_bits(data):
        """Blocks of Q8_0 as blocks of Q4_0: the largest by magnitude becomes -8 times the scale."""
        blocks = np.frombuffer(data, np.uint8).reshape(-1, 34)
        made = np.empty((len(blocks), 18), np.uint8)
        # A model has gigabytes.
        for start in range(0, len(blocks), 1 << 20):
            part = blocks[start : start + (1 << 20)]
            values = np.ascontiguousarray(part[:, :2]).view(np.float16).astype(np.float32) * part[:, 2:].view(np.int8)
            largest = values[np.arange(len(values)), np.abs(values).argmax(1)]
            scale = (largest / -8).astype(np.float32)
            inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale != 0)
            numbers = np.clip(np.floor(values * inverse[:, None] + 8.5), 0, 15).astype(np.uint8)
            target = made[start : start + len(part)]
            target[:, :2] = scale.astype(np.float16).view(np.uint8).reshape(-1, 2)
            target[:, 2:] = numbers[:, :16] | numbers[:, 16:] << 4
        return made.tobytes()

    @staticmethod
    def floats(values, name):
        """Numbers of single precision rounded to a type of numbers, to the nearest."""
        if name == "f32":
            return values
        if name == "f16":
            return values.astype(np.float16)
        bits = values.view(np.uint32)
        # Half of the last place, a little less where it is even already.
        return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)

    def in_floats(self, data):
        """Blocks of Q8_0 as numbers of their own."""
        blocks = np.frombuffer(data, np.uint8).reshape(-1, 34)
        made = np.empty((len(blocks), 32), np.float32 if self.rounded_type == "f32" else np.uint16)
        for start in range(0, len(blocks), 1 << 20):
            part = blocks[start : start + (1 << 20)]
            values = np.ascontiguousarray(part[:, :2]).view(np.float16).astype(np.float32) * part[:, 2:].view(np.int8)
            made[start : start + len(part)] = self.floats(values, self.rounded_type).view(made.dtype)
        return made.tobytes()

    def noise(self, rows, width, name="q8_0"):
        """Random weights around 0.02."""
        _, elements, size, places, scale = BLOCKS[name]
        if elements == 1:
            return self.floats(self.random.standard_normal((rows, width), dtype=np.float32) * np.float32(scale), name)
        made = self.random.integers(0, 256, (rows, width // elements, size), dtype=np.uint8)
        for place in places:
            scales = (self.random.random((rows, width // elements), dtype=np.float32) * 0.5 + 0.75) * scale
            made[:, :, place : place + 2] = scales.astype(np.float16).view(np.uint8).reshape(rows, width // elements, 2)
        return made

    def matrix(self, old, rows, width, row_places=None, block_places=None, reads_zero=False, is_mute=False):
        """A larger matrix with the old one's blocks at some places.

        reads_zero: what is added to a row is multiplied with what may be anything, so it is zero. Otherwise it is multiplied with zero.
        is_mute: added rows write to hidden dimensions, so they are zero.
        """
        made = np.zeros((rows, width // 32, 34), np.uint8) if is_mute or reads_zero else self.noise(rows, width)
        if is_mute and not reads_zero:
            made[: old.shape[0]] = self.noise(old.shape[0], width)
        row_places = np.arange(old.shape[0]) if row_places is None else row_places
        block_places = np.arange(old.shape[1]) if block_places is None else block_places
        made[np.ix_(row_places, block_places)] = old
        return made.tobytes()

    def head_places(self, group, width):
        """Where the old heads' rows, or blocks, come to lie: each at the beginning of its group."""
        old_group = self.heads // self.key_heads
        places = [head // old_group * group + head % old_group for head in range(self.heads)]
        return np.concatenate([np.arange(width) + place * width for place in places])

    def widened(self):
        hidden, layers, heads, inner, vocabulary = self.new
        group = heads // self.key_heads
        width = self.head_width
        scale = math.sqrt(self.hidden / hidden)
        tensors = {}

        def norm(name, source):
            def make():
                weights = np.ones(hidden, np.float32)
                if source:
                    weights[: self.hidden] = np.frombuffer(self.tensors[source][2].tobytes(), np.float32) * np.float32(scale)
                return weights.tobytes()

            tensors[name] = (F32, [hidden], make)

        def matrix(name, source, rows, length, **options):
            def make():
                if source:
                    return self.matrix(self.blocks(source), rows, length, **options)
                mute = options.get("is_mute", False)
                return (np.zeros((rows, length // 32, 34), np.uint8) if mute else self.noise(rows, length)).tobytes()

            tensors[name] = (Q8_0, [length, rows], make)

        def tokens(name):
            def make():
                old = self.blocks(name)
                made = np.zeros((vocabulary, hidden // 32, 34), np.uint8)
                made[: old.shape[0], : old.shape[1]] = old
                made[old.shape[0] :, : old.shape[1]] = old[0]
                return made.tobytes()

            tensors[name] = (Q8_0, [hidden, vocabulary], make)

        tokens("token_embd.weight")
        norm("output_norm.weight", "output_norm.weight")
        if "output.weight" in self.tensors:
            tokens("output.weight")
        for layer in range(layers):
            old = f"blk.{layer}." if layer < self.layers else None

            def source(name):
                return old + name if old else None

            new = f"blk.{layer}."
            for name in ("attn_norm.weight", "ffn_norm.weight"):
                norm(new + name, source(name))
            matrix(new + "attn_q.weight", source("attn_q.weight"), heads * width, hidden, row_places=self.head_places(group, width))
            for name in ("attn_k.weight", "attn_v.weight"):
                matrix(new + name, source(name), self.key_heads * width, hidden)
            matrix(
                new + "attn_output.weight", source("attn_output.weight"), hidden, heads * width, reads_zero=True, is_mute=True,
                block_places=self.head_places(group, width // 32))
            for name in ("ffn_gate.weight", "ffn_up.weight"):
                matrix(new + name, source(name), inner, hidden)
            matrix(new + "ffn_down.weight", source("ffn_down.weight"), hidden, inner, reads_zero=True, is_mute=True)
            if self.experts:
                self.mix(tensors, new)
        if self.type:
            tensors.setdefault("output.weight", tensors["token_embd.weight"])
            for name, (kind, shape, _) in tensors.items():
                if kind != F32:
                    make = lambda shape=shape: self.noise(math.prod(shape[1:]), shape[0], self.type).tobytes()
                    tensors[name] = (BLOCKS[self.type][0], shape, make)
            return self.described(), tensors
        known = {name.replace("_exps", "") for name in tensors} | {"rope_freqs.weight"}
        unknown = [name for name in self.tensors if name not in known]
        if unknown:
            sys.exit(f"The model has tensors that are not known here: {', '.join(unknown[:5])}.")
        if self.rounding:
            for name, (kind, shape, make) in tensors.items():
                if kind == Q8_0:
                    tensors[name] = (BLOCKS[self.rounded_type][0], shape, lambda make=make: self.rounding(make()))
        return self.described(), tensors

    def mix(self, tensors, layer):
        """A layer's network as experts of which each is all of it, and their router, which is of single precision as in known models."""
        for name in ("ffn_gate", "ffn_up", "ffn_down"):
            kind, (length, rows), make = tensors.pop(f"{layer}{name}.weight")
            tensors[f"{layer}{name}_exps.weight"] = (kind, [length, rows, self.experts], lambda make=make: make() * self.experts)
        hidden = self.new[0]
        router = lambda: (self.random.standard_normal((self.experts, hidden), dtype=np.float32) / np.float32(hidden**0.5)).tobytes()
        tensors[layer + "ffn_gate_inp.weight"] = (F32, [hidden, self.experts], router)
        for name in ("ffn_gate", "ffn_up", "ffn_down") if self.has_scales else ():
            ones = lambda: np.ones(self.experts, np.float32).tobytes()
            tensors[f"{layer}{name}_exps.scale"] = (F32, [self.experts], ones)

    def described(self):
        hidden, layers, heads, inner, vocabulary = self.new
        values = dict(self.values)

        def set(name, value):
            values[name] = (values[name][0], value)

        set("llama.embedding_length", hidden)
        set("llama.block_count", layers)
        set("llama.attention.head_count", heads)
        set("llama.feed_forward_length", inner)
        epsilon = "llama.attention.layer_norm_rms_epsilon"
        set(epsilon, self.number(epsilon) * self.hidden / hidden)
        # What the file says of all its weights: ggml's own numbers for it.
        kinds = {"f32": 0, "q8_0": 7, "q4_0": 2, "q4_k": 14, "q6_k": 18, "f16": 1, "bf16": 32}
        if "general.file_type" in values:
            set("general.file_type", kinds[self.type or self.rounded_type or "q8_0"])
        if self.experts:
            values["llama.expert_count"] = (4, self.experts)
            values["llama.expert_used_count"] = (4, self.experts_used)
        if "llama.vocab_size" in values:
            set("llama.vocab_size", vocabulary)
        set("general.name", self.number("general.name") + (b" (random weights)" if self.type else b" (widened: a cost model)"))
        added = vocabulary - self.vocabulary
        for name, more in (
            ("tokens", [f"<padding {number}>".encode() for number in range(added)]), ("scores", [0.0] * added),
            ("token_type", [5] * added),
        ):
            name = "tokenizer.ggml." + name
            if name in values:
                kind, (inner_kind, items) = values[name]
                values[name] = (kind, (inner_kind, items + more))
        return values


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source")
    parser.add_argument("result")
    parser.add_argument("--like", choices=sorted(SHAPES), help="the shape of a model of so many weights")
    for name in ("hidden", "layers", "heads", "inner", "vocabulary", "experts", "experts-used"):
        parser.add_argument("--" + name, type=int, default=0)
    parser.add_argument("--expert-scales", action="store_true", help="multiply what an expert's matrix gives with a number of its own, which is one")
    parser.add_argument("--to", choices=["q4_0", "f16", "bf16", "f32"], help="rounded to a type, which is another model: it may say other things")
    parser.add_argument("--random", choices=sorted(BLOCKS), help="random weights of this type instead of the model's own")
    parser.add_argument("--tokenizer", help="a GGUF file whose vocabulary random weights get")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    values, tensors = Widener(arguments.source, arguments).widened()
    write(arguments.result, values, tensors)
    count = sum(math.prod(shape) for _, shape, _ in tensors.values())
    print(f"{arguments.result}: {count / 1e6:.0f} million weights")


if __name__ == "__main__":
    main()
