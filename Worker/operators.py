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


class Mode(TorchDispatchMode):
    """Sees each operator that is called while it is in force: what `seen` returns is its result.

    PyTorch wraps a mode's function so that its compiler leaves it alone, and imports the compiler for that when one is first in force,
    which takes a second. Without it, until `leave_to_compiler`, that is spared: where nothing is compiled there is nothing to be left
    alone by.
    """

    def seen(self, function, arguments, names):
        raise NotImplementedError

    @classmethod
    def leave_to_compiler(cls) -> None:
        """Modes are wrapped from now on. Takes a second, so that none is slower than the others."""

        class Wrapped(TorchDispatchMode):
            __torch_dispatch__ = _see

        cls.__torch_dispatch__ = Wrapped.__torch_dispatch__
        with Recorder():
            torch.ones(1) + 1


def _see(self, function, types, arguments=(), names=None):
    return self.seen(function, arguments, names or {})


Mode.__torch_dispatch__ = _see


class Recorder(Mode):
    """Counts the operators that compute something while it is in force."""

    def __init__(self):
        super().__init__()
        self.counts = collections.Counter()

    def seen(self, function, arguments, names):
        name = function._schema.name.removeprefix("aten::")
        if name not in _HANDLING:
            self.counts[name] += 1
        return function(*arguments, **names)
