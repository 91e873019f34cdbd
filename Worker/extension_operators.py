"""What an extension asks of PyTorch: operators by the names and the order of arguments that PyTorch's C++ interface has.

That interface is generated from the operators' schemas, so the schemas decide here too which overload is meant.
"""
import operator
import warnings

import torch
import torch.nn.functional

import extension_messages as messages

_schemas = {}


def _overloads(name):
    found = _schemas.get(name)
    if found is None:
        found = []
        for schema in torch._C._jit_get_schemas_for_operator("aten::" + name):
            arguments = [(each.name, str(each.real_type), each.has_default_value(), each.is_out) for each in schema.arguments]
            found.append((getattr(getattr(torch.ops.aten, name), schema.overload_name or "default"), arguments))
        # Those that write into a tensor of the caller's are asked for by name.
        _schemas[name] = found
    return found


def _fits(kind, value):
    if kind.startswith("Optional["):
        return value is None or _fits(kind[9:-1], value)
    if value is None:
        return False
    if kind == "Tensor":
        return isinstance(value, torch.Tensor)
    if kind == "number":
        return isinstance(value, (int, float, complex))
    if kind == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in ("int", "SymInt"):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "str":
        return isinstance(value, str)
    if kind == "ScalarType":
        return isinstance(value, torch.dtype)
    if kind == "Device":
        return isinstance(value, torch.device)
    if kind == "MemoryFormat":
        return isinstance(value, torch.memory_format)
    if kind == "Layout":
        return isinstance(value, torch.layout)
    if kind.startswith("List["):
        inner = kind[5:-1]
        if isinstance(value, (list, tuple)):
            return all(_fits(inner, each) for each in value)
        return inner in ("int", "SymInt", "float", "bool") and _fits(inner, value)
    return False


def _bind(arguments, values, options, out):
    """The arguments by name, or None where the values do not fit."""
    inputs = [each for each in arguments if not each[3]]
    outs = [each for each in arguments if each[3]]
    if bool(outs) != (out is not None) or len(values) > len(inputs):
        return None
    bound = {}
    for (name, kind, _, _), value in zip(inputs, values):
        if not _fits(kind, value):
            return None
        bound[name] = value
    rest = {name: (kind, has_default) for name, kind, has_default, _ in inputs[len(values):]}
    for name, value in options.items():
        # dtype may stand among the values and in options too.
        if name not in rest or not _fits(rest[name][0], value):
            return None
        bound[name] = value
    if any(name not in bound and not has_default for name, (_, has_default) in rest.items()):
        return None
    if out is not None:
        if len(outs) != len(out):
            return None
        bound.update((each[0], value) for each, value in zip(outs, out))
    return bound


def _dispatch(name, values, options, out=None):
    """Calls the overload that fits; NotImplemented where none does."""
    for overload, arguments in _overloads(name):
        bound = _bind(arguments, values, options, out)
        if bound is not None:
            first = arguments[0][0] if arguments and arguments[0][0] == "self" else None
            if first in bound:
                # "self" is a name that the call itself uses.
                return overload(bound.pop(first), **bound)
            return overload(**bound)
    return NotImplemented


def _split(values):
    options = messages.Options()
    rest = []
    for value in values:
        if isinstance(value, messages.Options):
            options.update(value)
        else:
            rest.append(value)
    return rest, options


def call_operator(sort, name, values):
    """A method ("m"), a function ("f"), or a function of torch.nn.functional ("n")."""
    values, options = _split(values)
    if sort == "n":
        return getattr(torch.nn.functional, name)(*values, **options)
    wants_gradient = options.pop("requires_grad", None)
    result = NotImplemented
    if name.endswith("_out") and values:
        result = _dispatch(name[:-4], values[1:], options, out=values[:1])
    if result is NotImplemented:
        result = _dispatch(name, values, options)
    while result is NotImplemented and values and values[-1] is None:
        # An empty optional at the end is the default.
        values = values[:-1]
        result = _dispatch(name, values, options)
    if result is NotImplemented:
        result = _by_python(sort, name, values, options)
    if wants_gradient:
        result.requires_grad_(True)
    return result


def _by_python(sort, name, values, options):
    if sort == "m":
        return getattr(values[0], name)(*values[1:], **options)
    for place in (torch, torch.nn.functional, torch.special, torch.linalg):
        function = getattr(place, name, None)
        if callable(function):
            return function(*values, **options)
    raise NotImplementedError(f"PyTorch has no operator {name} for these arguments.")


def _from_blob(address, sizes, strides, options):
    import ctypes
    dtype = options.get("dtype", torch.float32)
    if options.get("device", torch.device("cpu")).type != "cpu":
        raise NotImplementedError("from_blob of memory that is not the host's is not supported by the light headers.")
    elements = 1
    for size in sizes:
        elements *= size
    if strides is not None:
        elements = 1 + sum((size - 1) * stride for size, stride in zip(sizes, strides))
    size = max(elements, 1) * torch.empty((), dtype=dtype).element_size()
    flat = torch.frombuffer((ctypes.c_char * size).from_address(address), dtype=dtype)
    return flat.as_strided(sizes, strides) if strides is not None else flat[:elements].view(sizes)


def _cuda_device(index):
    return torch.cuda.current_device() if index < 0 else index


def _stream(stream, index):
    return [int(stream.cuda_stream), _cuda_device(index)]


_kept_streams = []


def _new_stream(index):
    stream = torch.cuda.Stream(_cuda_device(index))
    _kept_streams.append(stream)
    return _stream(stream, index)


def _set_stream(handle, index):
    for known in [*_kept_streams, torch.cuda.default_stream(index)]:
        if int(known.cuda_stream) == handle:
            return torch.cuda.set_stream(known)
    return torch.cuda.set_stream(torch.cuda.ExternalStream(handle, device=index))


def _set_grad_enabled(on):
    before = torch.is_grad_enabled()
    torch._C._set_grad_enabled(on)
    return before


def _tensor(values, dtype, options):
    keywords = dict(options)
    keywords.setdefault("dtype", dtype)
    return torch.tensor(values, **keywords)


def _index(tensor, places):
    return tensor[tuple(places)]


def _set_index(tensor, places, value):
    tensor[tuple(places)] = value


def _set_index_tensors(tensor, places, value, accumulate):
    tensor.index_put_([each for each in places if each is not None], value, accumulate)


def _index_tensors(tensor, places):
    return tensor[tuple(slice(None) if each is None else each for each in places)]


def _text(tensor):
    return repr(tensor)


def _backward(tensor, gradient, retain, create):
    tensor.backward(gradient, retain_graph=retain, create_graph=create)


def _warn(message):
    warnings.warn(message, UserWarning, stacklevel=2)


QUESTIONS = {
    "index": _index,
    "index_tensors": _index_tensors,
    "set_index": _set_index,
    "set_index_tensors": _set_index_tensors,
    "item": lambda tensor: tensor.item(),
    "grad": lambda tensor: tensor.grad,
    "data": lambda tensor: tensor.detach(),
    "text": _text,
    "equal": torch.equal,
    "allclose": lambda a, b, rtol, atol, equal_nan: torch.allclose(a, b, rtol, atol, equal_nan),
    "set_requires_grad": lambda tensor, on: tensor.requires_grad_(on),
    "backward": _backward,
    "result_type": torch.result_type,
    "tensor": _tensor,
    "from_blob": _from_blob,
    "manual_seed": lambda seed: (torch.manual_seed(seed), None)[1],
    "set_grad_enabled": _set_grad_enabled,
    "warn": _warn,
    "current_stream": lambda index: _stream(torch.cuda.current_stream(_cuda_device(index)), index),
    "default_stream": lambda index: _stream(torch.cuda.default_stream(_cuda_device(index)), index),
    "new_stream": _new_stream,
    "set_stream": _set_stream,
    "attr": getattr,
    "invoke": lambda function, *values: function(*values),
    "operator+": operator.add,
    "operator-": operator.sub,
    "operator*": operator.mul,
    "operator/": operator.truediv,
    "operator%": operator.mod,
    "operator&": operator.and_,
    "operator|": operator.or_,
    "operator^": operator.xor,
    "operator<": operator.lt,
    "operator<=": operator.le,
    "operator>": operator.gt,
    "operator>=": operator.ge,
    "operator==": operator.eq,
    "operator!=": operator.ne,
}


def answer(sort, name, values):
    """The answer to a message of an extension's."""
    if sort == "q":
        return QUESTIONS[name](*values)
    return call_operator(sort, name, values)
