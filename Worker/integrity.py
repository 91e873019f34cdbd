"""What a candidate leaves changed in its process: functions of PyTorch's and Python's replaced, settings, threads, children.

None of it reaches the judge, which is another process. But who replaces `torch.cuda.synchronize` or slows `linear` down does so to
cheat a judge that is not, and no kernel needs it.
"""

import builtins
import os
import threading
import time

import torch

_PLACES = {
    "builtins": builtins,
    "time": time,
    "torch": torch,
    "torch.Tensor": torch.Tensor,
    "torch.autograd": torch.autograd,
    "torch.cuda": torch.cuda,
    "torch.cuda.Event": torch.cuda.Event,
    "torch.cuda.Stream": torch.cuda.Stream,
    "torch.linalg": torch.linalg,
    "torch.nn.Module": torch.nn.Module,
    "torch.nn.functional": torch.nn.functional,
    "torch.testing": torch.testing,
}

# Operators that Tensor inherits are in its base class, which cannot be changed; what hides them is.
_MISSING = object()


def _functions() -> dict:
    found = {}
    for name, place in _PLACES.items():
        for key, value in vars(place).items():
            if callable(value) or isinstance(value, (staticmethod, classmethod, property)):
                found[name, key] = value
    for key in set(dir(torch._C.TensorBase)) - set(vars(torch.Tensor)):
        found.setdefault(("torch.Tensor", key), _MISSING)
    return found


def _settings() -> dict:
    return {
        "torch.backends.cudnn.enabled": torch.backends.cudnn.enabled,
        "torch.get_num_threads()": torch.get_num_threads(),
        "torch.get_default_dtype()": torch.get_default_dtype(),
        "torch.are_deterministic_algorithms_enabled()": torch.are_deterministic_algorithms_enabled(),
        "torch.get_float32_matmul_precision()": torch.get_float32_matmul_precision(),
    }


def children() -> int:
    """Processes that this one, or any of its threads, has started and that are still there."""
    count = 0
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/children") as file:
                count += len(file.read().split())
        except OSError:
            pass
    return count


def tasks() -> int:
    """The threads of this process, also those that Python does not know of."""
    return len(os.listdir("/proc/self/task"))


def _is_pytorchs(now, before) -> bool:
    """Whether PyTorch itself has wrapped the function: torch._dynamo does so with a few when it is first needed."""
    code = getattr(now, "__code__", None)
    inner = [getattr(now, name, None) for name in ("__wrapped__", "_torchdynamo_orig_callable")]
    return code is not None and code.co_filename.startswith(os.path.dirname(torch.__file__)) and before in inner


def _hooks() -> int:
    """Hooks that PyTorch calls for every module of the process."""
    place = torch.nn.modules.module
    return sum(
        len(value)
        for name, value in vars(place).items()
        if name.startswith("_global_") and name.endswith("hooks") and isinstance(value, dict)
    )


class Integrity:
    """Made before the candidate's code runs."""

    def __init__(self):
        self._functions = _functions()
        self._settings = _settings()
        self._threads = threading.active_count()
        self._hooks = _hooks()

    def changes(self) -> dict:
        """What is not as it was."""
        now = {name: vars(_PLACES[name]) for name in _PLACES}
        replaced = [
            f"{place}.{name}"
            for (place, name), value in self._functions.items()
            if (current := now[place].get(name, _MISSING)) is not value and not _is_pytorchs(current, value)
        ]
        if _hooks() > self._hooks:
            replaced.append("every module's call, by a global hook")
        settings = _settings()
        return {
            "replaced": sorted(replaced)[:20],
            "settings": [name for name, value in self._settings.items() if settings[name] != value],
            "threads": max(0, threading.active_count() - self._threads),
            "children": children(),
            "tasks": tasks(),
        }
