"""Which of PyTorch's operators a model's forward runs, apart from those that only make, view or move tensors."""

import collections

import torch
from torch.utils._python_dispatch import TorchDispatchMode

_HANDLING = {
    "empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "zeros", "zeros_like", "new_zeros", "ones",
    "ones_like", "new_ones", "full", "full_like", "new_full", "fill_", "zero_", "fill", "scalar_tensor", "arange", "clone",
    "contiguous", "copy_", "copy", "_to_copy", "to", "view", "_unsafe_view", "reshape", "_reshape_alias", "expand", "permute",
    "transpose", "t", "squeeze", "squeeze_", "unsqueeze", "unsqueeze_", "slice", "select", "as_strided", "detach", "detach_",
    "alias", "lift", "lift_fresh", "lift_fresh_copy", "split", "split_with_sizes", "unbind", "chunk", "narrow", "diagonal",
    "_local_scalar_dense", "item", "is_pinned", "_pin_memory", "set_", "resize_", "flatten", "unflatten", "view_as", "movedim",
    "unfold", "is_same_size", "record_stream", "_has_compatible_shallow_copy_type",
}  # fmt: skip


class Recorder(TorchDispatchMode):
    """Counts the operators that compute something while it is in force."""

    def __init__(self):
        super().__init__()
        self.counts = collections.Counter()

    @classmethod
    def warm_up(cls) -> None:
        """The first one that is in force makes PyTorch import its compiler, which takes seconds."""
        with cls():
            torch.ones(1) + 1

    def __torch_dispatch__(self, function, types, arguments=(), names=None):
        name = function._schema.name.removeprefix("aten::")
        if name not in _HANDLING:
            self.counts[name] += 1
        return function(*arguments, **(names or {}))
