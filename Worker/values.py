"""Values as they cross the process boundary: tensors as files of their elements, everything else as JSON."""

import math
import mmap
import os

import torch

_TYPES = {
    str(kind).removeprefix("torch."): kind
    for kind in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
        torch.uint8, torch.bool, torch.complex64, torch.complex128, torch.float8_e4m3fn, torch.float8_e5m2,
    )
}  # fmt: skip

# Kept before a candidate can put something else in their place.
_Tensor = torch.Tensor
_empty = torch.empty
_frombuffer = torch.frombuffer


class ValueFailure(Exception):
    """A value that cannot cross; the message says which and why."""


def type_name(kind: torch.dtype) -> str:
    return str(kind).removeprefix("torch.")


def type_named(name: str) -> torch.dtype:
    return _TYPES[name]


def write_tensor(tensor, path: str) -> dict:
    """Writes a tensor's elements in the order of its indices, and describes the file."""
    kind = type_name(tensor.dtype)
    if kind not in _TYPES:
        raise ValueFailure(f"a tensor of {tensor.dtype}, which is not compared")
    if tensor.layout != torch.strided:
        raise ValueFailure(f"a tensor of layout {tensor.layout}, which is not compared")
    plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if plain.numel():
            file.write(memoryview(plain.reshape(-1).view(torch.uint8).numpy()))
    return {"file": path, "type": kind, "shape": list(tensor.shape)}


def read_tensor(description: dict) -> torch.Tensor:
    """A tensor of one's own with a file's elements."""
    kind, shape = type_named(description["type"]), description["shape"]
    made = _empty(shape, dtype=kind)
    count = made.numel() * made.element_size()
    if count:
        with open(description["file"], "rb") as file:
            with mmap.mmap(file.fileno(), count, prot=mmap.PROT_READ) as bytes_:
                # frombuffer warns of memory that is not to be written; it is only read.
                source = _frombuffer(memoryview(bytearray(bytes_)), dtype=torch.uint8)
        made.reshape(-1).view(torch.uint8).copy_(source)
    return made


def encode(value, write) -> dict:
    """A nested value as JSON. `write` gets each tensor and describes where it put it."""
    if isinstance(value, _Tensor):
        return {"tensor": write(value)}
    if value is None or isinstance(value, (bool, str)):
        return {"value": value}
    if isinstance(value, int):
        return {"value": value} if abs(value) < 1 << 53 else {"integer": str(value)}
    if isinstance(value, float):
        return {"value": value} if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, (list, tuple)):
        # Named tuples, as torch.max gives them, are tuples.
        return {"tuple" if isinstance(value, tuple) else "list": [encode(element, write) for element in value]}
    if isinstance(value, dict):
        return {"dictionary": [[encode(key, write), encode(element, write)] for key, element in value.items()]}
    if isinstance(value, torch.dtype):
        return {"type": type_name(value)}
    if isinstance(value, torch.device):
        return {"device": str(value)}
    if isinstance(value, complex):
        return {"complex": [repr(value.real), repr(value.imag)]}
    raise ValueFailure(f"a value of type {type(value).__module__}.{type(value).__qualname__}, which cannot be compared")


def decode(tree: dict, read):
    """The value that `encode` described. `read` makes a tensor out of its description."""
    (kind, content), *_ = tree.items()
    if kind == "tensor":
        return read(content)
    if kind == "value":
        return content
    if kind == "integer":
        return int(content)
    if kind == "float":
        return float(content)
    if kind == "list":
        return [decode(element, read) for element in content]
    if kind == "tuple":
        return tuple(decode(element, read) for element in content)
    if kind == "dictionary":
        return {decode(key, read): decode(element, read) for key, element in content}
    if kind == "type":
        return getattr(torch, content)
    if kind == "device":
        return torch.device(content)
    if kind == "complex":
        return complex(float(content[0]), float(content[1]))
    raise ValueFailure(f"a value of the kind {kind}")


class Files:
    """Numbered files for tensors in a folder, each tensor once."""

    def __init__(self, folder: str, prefix: str):
        self._prefix = os.path.join(folder, prefix)
        self._known = {}

    def __call__(self, tensor) -> dict:
        known = self._known.get(id(tensor))
        if known is None:
            # The tensor is kept, or another one could get its id.
            known = (tensor, write_tensor(tensor, f"{self._prefix}-{len(self._known)}"))
            self._known[id(tensor)] = known
        return known[1]


def tensors(value) -> list:
    """The tensors in a nested value, in order."""
    if isinstance(value, _Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for element in value for tensor in tensors(element)]
    if isinstance(value, dict):
        return [tensor for element in value.values() for tensor in tensors(element)]
    return []


def mapped(value, change):
    """A nested value with every tensor changed."""
    if isinstance(value, _Tensor):
        return change(value)
    if isinstance(value, tuple):
        made = [mapped(element, change) for element in value]
        return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
    if isinstance(value, list):
        return [mapped(element, change) for element in value]
    if isinstance(value, dict):
        return {key: mapped(element, change) for key, element in value.items()}
    return value
