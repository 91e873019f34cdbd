"""A problem in KernelBench's format, as a Python module: its model, its inputs, and where these come from."""

import linecache
import sys
import types

import torch

from constants import Constants


class ProblemError(Exception):
    """The reference cannot be used as one; the message is a sentence for a person."""


def load_module(name: str, source: str, code) -> types.ModuleType:
    """Executes a module whose source is found by tracebacks and by `inspect`."""
    module = types.ModuleType(name)
    module.__file__ = f"{name}.py"
    linecache.cache[module.__file__] = (len(source), None, source.splitlines(keepends=True), module.__file__)
    # Dataclasses, pickles and typing look a module up by its name.
    sys.modules[name] = module
    exec(compile(code, module.__file__, "exec"), module.__dict__)
    return module


class Problem:
    """The reference's module at some size."""

    def __init__(self, source: str, constants: Constants, values: dict):
        self.module = load_module("reference", source, constants.replaced(values))
        for name in ("Model", "get_inputs", "get_init_inputs"):
            if not hasattr(self.module, name):
                if name == "get_init_inputs":
                    # Several problems in the wild leave it out where the model takes nothing.
                    self.module.get_init_inputs = lambda: []
                    continue
                raise ProblemError(f"The reference defines no {name}.")
        if not isinstance(self.module.Model, type) or not issubclass(self.module.Model, torch.nn.Module):
            raise ProblemError("The reference's Model is no torch.nn.Module.")

    def inputs(self) -> list:
        made = self.module.get_inputs()
        if not isinstance(made, (list, tuple)):
            raise ProblemError("The reference's get_inputs returns no list.")
        return list(made)

    def initial_arguments(self):
        """What the model is made with: a list, or in some problems a list and a dictionary as `[[…], {…}]`."""
        made = self.module.get_init_inputs()
        if made is None:
            return [], {}
        if isinstance(made, dict):
            return [], made
        if isinstance(made, (list, tuple)):
            if len(made) == 2 and isinstance(made[0], (list, tuple)) and isinstance(made[1], dict):
                return list(made[0]), made[1]
            return list(made), {}
        raise ProblemError("The reference's get_init_inputs returns no list.")

    def model(self):
        arguments, names = self.initial_arguments()
        return self.module.Model(*arguments, **names)
