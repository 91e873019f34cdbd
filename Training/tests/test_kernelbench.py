"""What is said about an answer without a compiler."""

from pairtrain.kernelbench import look_at

GOOD = '''import torch.nn as nn
from torch.utils.cpp_extension import load_inline
source = """__global__ void f() {}"""
module = load_inline(name="f", cpp_sources="", cuda_sources=source)
class ModelNew(nn.Module):
    pass
'''


def test_a_whole_answer():
    assert all(look_at(GOOD).values())


def test_a_cut_answer_does_not_parse():
    seen = look_at(GOOD[: GOOD.index("module = ") - 3])
    assert not seen["parses"] and not seen["model_new"]
