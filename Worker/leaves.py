"""Random tensors whose values come from the trusted side.

A problem's get_inputs asks PyTorch for random numbers. While `supplied` is in force those requests are answered by the
trusted side, which decides on the seed and on the distribution; what get_inputs makes of the numbers stays its own.
"""

import contextlib

import torch

from values import read_tensor, type_name

_FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)


@contextlib.contextmanager
def supplied(ask):
    """Has every random tensor come from `ask`, which gets a description and returns a file's.

    The description: kind `uniform` (0 to 1), `normal` or `integers` (from `low` to below `high`), type and shape.
    """
    kept = {name: getattr(torch, name) for name in ("rand", "randn", "randint", "rand_like", "randn_like", "randint_like")}
    kept_methods = {name: getattr(torch.Tensor, name) for name in ("uniform_", "normal_")}

    def made(kind, shape, options, **more):
        type_ = options.get("dtype") or (torch.int64 if kind == "integers" else torch.get_default_dtype())
        if options.get("out") is not None or not (type_ in _FLOATS or kind == "integers"):
            return None
        description = {"kind": kind, "type": type_name(type_), "shape": [int(size) for size in shape], **more}
        tensor = read_tensor(ask(description))
        if options.get("device") is not None:
            tensor = tensor.to(options["device"])
        return tensor.requires_grad_() if options.get("requires_grad") else tensor

    def shape_of(sizes):
        return sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (list, tuple, torch.Size)) else sizes

    def creation(name, kind):
        def function(*sizes, **options):
            shape = shape_of(sizes) if sizes else options.get("size", ())
            tensor = made(kind, shape, options)
            return kept[name](*sizes, **options) if tensor is None else tensor

        return function

    def randint(*arguments, **options):
        numbers = [value for value in arguments if not isinstance(value, (list, tuple, torch.Size))]
        shapes = [value for value in arguments if isinstance(value, (list, tuple, torch.Size))]
        shape = shapes[0] if shapes else options.get("size", ())
        low = numbers[0] if len(numbers) == 2 else options.get("low", 0)
        high = numbers[-1] if numbers else options["high"]
        tensor = made("integers", shape, options, low=int(low), high=int(high))
        return kept["randint"](*arguments, **options) if tensor is None else tensor

    def like(name, kind):
        def function(tensor, **options):
            options.setdefault("dtype", tensor.dtype)
            result = made(kind, tensor.shape, options)
            return kept[name](tensor, **options) if result is None else result

        return function

    def in_place(name, kind, low, width):
        def function(tensor, first=low, second=width, **options):
            if tensor.dtype not in _FLOATS or options:
                return kept_methods[name](tensor, first, second, **options)
            values = made(kind, tensor.shape, {"dtype": tensor.dtype})
            scale, shift = (second - first, first) if kind == "uniform" else (second, first)
            return tensor.copy_(values.mul_(scale).add_(shift).to(tensor.device))

        return function

    replacements = {
        "rand": creation("rand", "uniform"), "randn": creation("randn", "normal"), "randint": randint,
        "rand_like": like("rand_like", "uniform"), "randn_like": like("randn_like", "normal"),
    }  # fmt: skip
    methods = {"uniform_": in_place("uniform_", "uniform", 0.0, 1.0), "normal_": in_place("normal_", "normal", 0.0, 1.0)}
    try:
        for name, function in replacements.items():
            setattr(torch, name, function)
        for name, function in methods.items():
            setattr(torch.Tensor, name, function)
        yield
    finally:
        for name, function in kept.items():
            setattr(torch, name, function)
        for name, function in kept_methods.items():
            setattr(torch.Tensor, name, function)
