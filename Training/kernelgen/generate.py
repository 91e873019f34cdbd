"""Draws samples: a family by weight, a problem and its answer; a sample depends only on the seed and its own index."""
import random

from .compact import compact_module, compact_program
from .families import elementwise as ew
from .families import attention, conv, linear, loss, matmul, norm, pool, program, reduce

#: family -> (weight, function(rng, small) -> (Problem, Answer))
MODULES = {
    "activation": (9, ew.activation), "chain": (4, ew.chain_of), "binary": (3, ew.binary), "scalar": (1.5, ew.scalar_argument),
    "reduction": (6, reduce.reduction), "full_reduction": (0.7, reduce.full_reduction), "argreduce": (2, reduce.argreduce),
    "softmax": (3, reduce.softmax), "scan": (5, reduce.scan), "divide_by_norm": (4, norm.divide_by_norm), "whole_norm": (1, norm.whole_norm),
    "norm_layer": (4, norm.layer),
    "matmul": (8, matmul.product), "batched_matmul": (3, matmul.batched), "special_matmul": (4, matmul.special), "linear": (13, linear.linear),
    "conv": (16, conv.plain), "separable": (1, conv.separable), "conv_chain": (12, conv.chain),
    "pairwise_loss": (3, loss.pairwise), "rowwise_loss": (2, loss.rowwise), "pool": (5, pool.pool), "attention": (1, attention.attention),
}


def module_sample(family, rng, small=False):
    """One sample of a family."""
    p, a = MODULES[family][1](rng, small)
    problem = p.render()
    return {"kind": "module", "family": family, "problem": problem, "prompt": compact_module(problem), "answer": a.render()}


def program_sample(rng):
    """A plain prompt with the kernel that belongs into it."""
    form, prompt, answer = program.program(rng)
    return {"kind": "program", "family": "program_" + form, "problem": prompt, "prompt": compact_program(prompt), "answer": answer}


def sample(seed, index):
    """The sample number `index` of the data set `seed`."""
    rng = random.Random(f"{seed}/{index}")
    if rng.random() < 0.08:
        return program_sample(rng)
    names = list(MODULES)
    family = rng.choices(names, [MODULES[n][0] for n in names])[0]
    return module_sample(family, rng)
