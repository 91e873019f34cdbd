"""Messages between Python and an extension that was compiled against the light headers.

A message is a list of 64-bit words; the kinds of values are those of basic/torch/bridge.h. Tensors stay here, in a table under
their numbers; the extension has their descriptions, and says when nobody there holds them any more.
"""
import ctypes
import struct
import threading
from array import array

import torch

(NONE, BOOL, INT, DOUBLE, STRING, TENSOR, LIST, TUPLE, DTYPE, DEVICE, MEMORY_FORMAT, LAYOUT, SLICE, ELLIPSIS, COMPLEX, KEYWORD,
 OBJECT, INTS, OPTIONS, ABSENT, DICT) = range(21)

# In the order of c10::ScalarType in basic/torch/scalar_type.h.
DTYPES = [
    torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64, torch.complex64,
    torch.complex128, torch.bool, torch.bfloat16, torch.uint16, torch.uint32, torch.uint64,
]
DTYPE_NUMBERS = {dtype: number for number, dtype in enumerate(DTYPES)}
UNDEFINED = len(DTYPES)
DEVICE_NUMBERS = {"cpu": 0, "cuda": 1, "meta": 14}
DEVICE_NAMES = {number: name for name, number in DEVICE_NUMBERS.items()}
FORMATS = [torch.contiguous_format, torch.preserve_format, torch.channels_last, torch.channels_last_3d]
LAYOUTS = [torch.strided, torch.sparse_coo, torch.sparse_csr]
REQUIRES_GRAD, LEAF, PINNED, HAS_STORAGE = 1, 2, 4, 8


class Options(dict):
    """Arguments by name, of which an operator takes those that it has."""


class Keyword:
    """One argument by name."""

    def __init__(self, name, value):
        self.name, self.value = name, value


class Table:
    """The tensors and objects that an extension knows by number."""

    def __init__(self):
        self.tensors = {}
        self.objects = {}
        self.lock = threading.Lock()

    def number_of(self, tensor):
        """The number of a tensor, which it keeps until the extension has given it back as often as it got it."""
        number = id(tensor)
        with self.lock:
            entry = self.tensors.get(number)
            if entry is None:
                entry = self.tensors[number] = [tensor, 0]
            entry[1] += 1
        return number

    def forget(self, gone):
        """Numbers and how often each had arrived, alternately."""
        dropped = []
        with self.lock:
            for number, arrivals in zip(gone[::2], gone[1::2]):
                entry = self.tensors.get(number)
                if entry is None:
                    continue
                entry[1] -= arrivals
                if entry[1] <= 0:
                    # A tensor's end may run Python code, so it comes after the lock.
                    dropped.append(self.tensors.pop(number))
        dropped.clear()

    def tensor(self, number):
        return self.tensors[number][0]

    def number_of_object(self, value):
        self.objects[id(value)] = value
        return id(value)


def put_tensor(words, tensor, table):
    """A tensor's number and description."""
    device = tensor.device
    index = device.index
    flags = 0
    if tensor.requires_grad:
        flags |= REQUIRES_GRAD
        if tensor.is_leaf:
            flags |= LEAF
    else:
        flags |= LEAF
    if tensor.layout is torch.strided:
        try:
            data = tensor.data_ptr()
            flags |= HAS_STORAGE
        except RuntimeError:
            data = 0
        strides, offset = tensor.stride(), tensor.storage_offset()
    else:
        data, strides, offset = 0, (0,) * tensor.dim(), 0
        flags |= LAYOUTS.index(tensor.layout) << 8 if tensor.layout in LAYOUTS else 1 << 8
    words += (
        TENSOR, table.number_of(tensor), data, DTYPE_NUMBERS.get(tensor.dtype, UNDEFINED), DEVICE_NUMBERS.get(device.type, 14),
        -1 if index is None else index, flags, offset, tensor.numel(), tensor.dim(), *tensor.shape, *strides)


def put_text(words, text):
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text)
    words += (STRING, len(data))
    words += struct.unpack("%dq" % ((len(data) + 7) // 8), data + b"\0" * (-len(data) % 8))


def put(words, value, table):
    """Appends a value. What has no kind of its own goes as the number of an object."""
    if isinstance(value, torch.Tensor):
        put_tensor(words, value, table)
    elif value is None:
        words.append(NONE)
    elif isinstance(value, bool):
        words += (BOOL, int(value))
    elif isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 64:
            words += (OBJECT, table.number_of_object(value))
        else:
            words += (INT, value - (1 << 64) if value >= 1 << 63 else value)
    elif isinstance(value, float):
        words += (DOUBLE, struct.unpack("q", struct.pack("d", value))[0])
    elif isinstance(value, (str, bytes)):
        put_text(words, value)
    elif isinstance(value, (list, tuple)):
        if value and all(type(each) is int and -(1 << 63) <= each < 1 << 63 for each in value):
            words += (INTS, len(value), *value)
        else:
            words += (TUPLE if isinstance(value, tuple) else LIST, len(value))
            for each in value:
                put(words, each, table)
    elif isinstance(value, torch.dtype):
        words += (DTYPE, DTYPE_NUMBERS.get(value, UNDEFINED))
    elif isinstance(value, torch.device):
        words += (DEVICE, DEVICE_NUMBERS.get(value.type, 14), -1 if value.index is None else value.index)
    elif isinstance(value, complex):
        words += (COMPLEX, *struct.unpack("2q", struct.pack("2d", value.real, value.imag)))
    elif isinstance(value, torch.memory_format):
        words += (MEMORY_FORMAT, FORMATS.index(value))
    elif isinstance(value, torch.layout):
        words += (LAYOUT, LAYOUTS.index(value) if value in LAYOUTS else 1)
    elif isinstance(value, Keyword):
        words.append(KEYWORD)
        put_text(words, value.name)
        put(words, value.value, table)
    elif isinstance(value, dict):
        words += (DICT, len(value))
        for key, each in value.items():
            put(words, key, table)
            put(words, each, table)
    elif hasattr(value, "__index__"):
        put(words, value.__index__(), table)
    elif hasattr(value, "__float__") and not isinstance(value, type):
        put(words, float(value), table)
    else:
        words += (OBJECT, table.number_of_object(value))


class Reader:
    """Reads the words of a message."""

    def __init__(self, words, table, at=0):
        self.words, self.table, self.at = words, table, at

    def word(self):
        self.at += 1
        return self.words[self.at - 1]

    def double(self, bits):
        return struct.unpack("d", struct.pack("q", bits))[0]

    def text(self):
        size = self.word()
        count = (size + 7) // 8
        data = struct.pack("%dq" % count, *self.words[self.at:self.at + count])[:size]
        self.at += count
        return data.decode("utf-8", "replace")

    def value(self):
        kind = self.word()
        if kind == TENSOR:
            return self.table.tensor(self.word())
        if kind in (NONE, ABSENT):
            return None
        if kind == BOOL:
            return bool(self.word())
        if kind == INT:
            return self.word()
        if kind == DOUBLE:
            return self.double(self.word())
        if kind == STRING:
            return self.text()
        if kind == INTS:
            count = self.word()
            self.at += count
            return list(self.words[self.at - count:self.at])
        if kind in (LIST, TUPLE):
            values = [self.value() for _ in range(self.word())]
            return tuple(values) if kind == TUPLE else values
        if kind == DTYPE:
            number = self.word()
            if number >= UNDEFINED:
                raise TypeError("The extension names an element type that the light headers do not have.")
            return DTYPES[number]
        if kind == DEVICE:
            name, index = DEVICE_NAMES[self.word()], self.word()
            return torch.device(name) if index < 0 else torch.device(name, index)
        if kind == MEMORY_FORMAT:
            return FORMATS[self.word()]
        if kind == LAYOUT:
            return LAYOUTS[self.word()]
        if kind == SLICE:
            return slice(self.value(), self.value(), self.value())
        if kind == ELLIPSIS:
            return ...
        if kind == COMPLEX:
            return complex(self.double(self.word()), self.double(self.word()))
        if kind == KEYWORD:
            return Keyword(self.value(), self.value())
        if kind == OBJECT:
            return self.table.objects[self.word()]
        if kind == OPTIONS:
            return Options((each.name, each.value) for each in [self.value() for _ in range(self.word())])
        if kind == DICT:
            return {self.value(): self.value() for _ in range(self.word())}
        raise ValueError("An extension sent a message of an unknown kind.")


def words_at(address, count):
    """The words at an address."""
    return (ctypes.c_int64 * count).from_address(address)[:] if count else []


def as_array(words):
    """The words as memory, whose address buffer_info() gives."""
    return array("q", words)
