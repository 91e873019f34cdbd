"""One extension that was compiled against the light headers, as a Python module."""
import builtins
import ctypes
import json
import threading
import types

import torch

import extension_messages as messages
import extension_operators as operators

_CALL_BACK = ctypes.CFUNCTYPE(
    ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.POINTER(ctypes.c_void_p))
_DONE, _FAILED, _PYTHON_FAILED, _NO_MATCH = range(4)
# Extensions are never unloaded, and PyTorch's libraries of operators end with the objects that made them.
_loaded = []


class Extension:
    """The functions of a shared library, called through ctypes."""

    def __init__(self, path):
        self.table = messages.Table()
        self.thread = threading.local()
        self.library = ctypes.CDLL(path)
        self.call_back = _CALL_BACK(self._answer)
        self.library.basic_extension_attach(self.call_back)
        self.library.basic_extension_describe.restype = ctypes.c_char_p
        text = self.library.basic_extension_describe().decode("utf-8", "replace")
        if text.startswith("!"):
            raise ImportError(text[1:])
        self.description = json.loads(text)
        self.run = self.library.basic_extension_call
        self.run.argtypes = [
            ctypes.c_void_p, ctypes.c_int64, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_int64)]
        self.run.restype = ctypes.c_int
        _loaded.append(self)

    def _answer(self, words, count, gone, gone_count, reply):
        """Called by the extension: an operator of PyTorch's, or another question."""
        result = []
        try:
            reader = messages.Reader(messages.words_at(words, count), self.table)
            sort = chr(reader.word())
            name = reader.value()
            values = [reader.value() for _ in range(reader.word())]
            # What the message names was held until it was written.
            self.table.forget(messages.words_at(gone, gone_count))
            messages.put(result, operators.answer(sort, name, values), self.table)
            sign = 1
        except BaseException as error:  # kept until the extension's function has ended
            self.thread.error = error
            result = []
            messages.put_text(result, str(error) or type(error).__name__)
            sign = -1
        memory = messages.as_array(result)
        # The words have to stay where they are until the extension has read them.
        self.thread.reply = memory
        reply[0] = memory.buffer_info()[0]
        return sign * len(result)

    def call(self, target, values, keywords, name, signatures):
        """Calls a function: the number of a name, or -1 less the number of an operator's function."""
        words = [target, len(values) + len(keywords)]
        for value in values:
            messages.put(words, value, self.table)
        for key, value in keywords.items():
            messages.put(words, messages.Keyword(key, value), self.table)
        memory = messages.as_array(words)
        reply, count = ctypes.c_void_p(), ctypes.c_int64()
        ending = self.run(memory.buffer_info()[0], len(words), ctypes.byref(reply), ctypes.byref(count))
        answer = messages.words_at(reply.value, count.value)
        gone = answer[1:1 + answer[0]]
        reader = messages.Reader(answer, self.table, 1 + answer[0])
        # A tensor of the result is in the table until it has been taken out.
        if ending == _DONE:
            result = reader.value()
            self.table.forget(gone)
            return result
        self.table.forget(gone)
        if ending == _PYTHON_FAILED:
            error, self.thread.error = self.thread.error, None
            raise error
        if ending == _FAILED:
            raise _exception(reader.value())(reader.value())
        raise TypeError(_mismatch(name, signatures, values, keywords))

    def module(self, name):
        """The functions and attributes as a module."""
        made = types.ModuleType(name)
        made.__doc__ = self.description["doc"] or None
        made.__file__ = self.library._name
        for number, function in enumerate(self.description["functions"]):
            setattr(made, function["name"], self._function(number, function, name))
        for attribute, *words in self.description["attributes"]:
            setattr(made, attribute, messages.Reader(words, self.table).value())
        made._basic_extension = self
        return made

    def _function(self, number, description, module):
        name, signatures = description["name"], description["signatures"]

        def function(*values, **keywords):
            return self.call(number, values, keywords, name, signatures)

        function.__name__ = function.__qualname__ = name
        function.__module__ = module
        if len(signatures) > 1:
            text = name + "(*args, **kwargs)\nOverloaded function.\n\n" + "\n\n".join(
                f"{index + 1}. {each}" for index, each in enumerate(signatures))
        else:
            text = signatures[0]
        function.__doc__ = text + "\n" + ("\n" + description["doc"] + "\n" if description["doc"] else "")
        return function

    def register_operators(self):
        """What TORCH_LIBRARY and TORCH_LIBRARY_IMPL define."""
        for entry in self.description["library"]:
            library = torch.library.Library(entry["namespace"], "FRAGMENT")
            _loaded.append(library)
            name = entry["schema"].split("(")[0].strip().split("::")[-1]
            if entry["defines"]:
                library.define(entry["schema"])
            if entry["function"] < 0:
                continue
            library.impl(name, self._operator(entry, name), entry["key"] or "CompositeImplicitAutograd")

    def _operator(self, entry, name):
        target = -1 - entry["function"]
        name, _, overload = name.partition(".")

        def function(*values, **keywords):
            # PyTorch leaves out what has the schema's default.
            schema = getattr(getattr(getattr(torch.ops, entry["namespace"]), name), overload or "default")._schema
            rest = [keywords.get(each.name, each.default_value) for each in schema.arguments[len(values):]]
            return self.call(target, [*values, *rest], {}, name, [name])

        return function


def _exception(name):
    if name == "LinAlgError":
        return torch.linalg.LinAlgError
    return getattr(builtins, name)


def _mismatch(name, signatures, values, keywords):
    lines = [f"{name}(): incompatible function arguments. The following argument types are supported:"]
    lines += [f"    {index + 1}. {each[len(name):]}" for index, each in enumerate(signatures)]
    told = [_short(value) for value in values]
    if keywords:
        told.append("kwargs: " + ", ".join(f"{key}={_short(value)}" for key, value in keywords.items()))
    return "\n".join(lines) + "\n\nInvoked with: " + ", ".join(told)


def _short(value):
    if isinstance(value, torch.Tensor):
        return f"tensor of {tuple(value.shape)}, {value.dtype}, {value.device}"
    text = repr(value)
    return text if len(text) < 200 else text[:200] + "…"
