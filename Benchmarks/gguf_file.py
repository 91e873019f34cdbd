"""Models in GGUF format: read as they are, and written tensor by tensor."""

import math
import struct
import sys

import numpy as np

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY, F32, Q8_0 = 8, 9, 0, 8
# A type's number, a block's elements and bytes, where its scales of half precision are, and one that gives weights around 0.02. Numbers of
# their own have no scale: that is how large they are themselves.
BLOCKS = {
    "q8_0": (8, 32, 34, (0,), 0.02 / 73), "q4_0": (2, 32, 18, (0,), 0.004), "q4_k": (12, 256, 144, (0, 2), 1e-4),
    "q6_k": (14, 256, 210, (208,), 2e-5), "f16": (1, 1, 2, (), 0.02), "bf16": (30, 1, 2, (), 0.02), "f32": (F32, 1, 4, (), 0.02),
}
ALIGNMENT = 32


class Reader:
    def __init__(self, path):
        self.bytes = np.memmap(path, dtype=np.uint8, mode="r")
        self.place = 0

    def take(self, format):
        size = struct.calcsize("<" + format)
        value = struct.unpack_from("<" + format, self.bytes, self.place)
        self.place += size
        return value[0]

    def text(self):
        length = self.take("Q")
        self.place += length
        return bytes(self.bytes[self.place - length : self.place])

    def value(self, kind):
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            inner, count = self.take("I"), self.take("Q")
            return inner, [self.value(inner) for _ in range(count)]
        return self.take(SCALARS[kind])


def read(path):
    """The metadata as name to (kind, value), and the tensors as name to (type, shape with the row's length first, bytes)."""
    reader = Reader(path)
    if bytes(reader.bytes[:4]) != b"GGUF":
        sys.exit(f"{path} is no model in GGUF format.")
    reader.place = 4
    if reader.take("I") not in (2, 3):
        sys.exit(f"{path} has a version of the format that is not known here.")
    tensor_count, value_count = reader.take("Q"), reader.take("Q")
    values = {}
    for _ in range(value_count):
        name, kind = reader.text().decode(), reader.take("I")
        values[name] = (kind, reader.value(kind))
    infos = []
    for _ in range(tensor_count):
        name = reader.text().decode()
        shape = [reader.take("Q") for _ in range(reader.take("I"))]
        infos.append((name, reader.take("I"), shape, reader.take("Q")))
    alignment = values.get("general.alignment", (4, ALIGNMENT))[1]
    start = (reader.place + alignment - 1) // alignment * alignment
    tensors = {}
    for name, kind, shape, offset in infos:
        size = byte_count(kind, shape)
        tensors[name] = (kind, shape, reader.bytes[start + offset : start + offset + size])
    return values, tensors


def byte_count(kind, shape):
    count = math.prod(shape)
    for number, elements, size, _, _ in BLOCKS.values():
        if kind == number:
            return count // elements * size
    sys.exit(f"A tensor has the type {kind}, which is not known here.")


def write(path, values, tensors):
    def text(value):
        return struct.pack("<Q", len(value)) + value

    def encoded(kind, value):
        if kind == STRING:
            return text(value)
        if kind == ARRAY:
            inner, items = value
            return struct.pack("<IQ", inner, len(items)) + b"".join(encoded(inner, item) for item in items)
        return struct.pack("<" + SCALARS[kind], value)

    with open(path, "wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values)))
        for name, (kind, value) in values.items():
            file.write(text(name.encode()) + struct.pack("<I", kind) + encoded(kind, value))
        offset = 0
        for name, (kind, shape, _) in tensors.items():
            file.write(text(name.encode()) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape))
            file.write(struct.pack("<IQ", kind, offset))
            offset += (byte_count(kind, shape) + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
        file.write(b"\0" * (-file.tell() % ALIGNMENT))
        for name, (kind, shape, make) in tensors.items():
            data = make()
            if len(data) != byte_count(kind, shape):
                sys.exit(f"{name} has {len(data)} bytes and should have {byte_count(kind, shape)}.")
            file.write(data)
            file.write(b"\0" * (-len(data) % ALIGNMENT))
