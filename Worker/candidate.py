"""The candidate's side of the worker: its module, its model, and what it makes of inputs.

Everything that this process says is a claim. What is needed to say it is kept before the candidate's code runs, so that a
candidate that puts other functions in their place changes its own view and not ours.
"""

import contextlib
import gc
import random
import threading
import time

import torch

import devices
import extension_loader
import integrity
import weights
from controls import CudaControls, VirtualControls
from gpu_clock import GPUClock
from operators import Mode, Recorder
from problem import load_module
from timing import TimedCalls
from values import Files, ValueFailure, decode, encode, mapped, read_tensor, tensors

_Tensor = torch.Tensor
_Module = torch.nn.Module
_no_grad = torch.no_grad
_synchronize = None
_monotonic = time.monotonic
_sleep = time.sleep


class NotPython(Exception):
    """The candidate's source does not parse."""


class NoModel(Exception):
    """The candidate has no ModelNew to call."""


class OutputFailure(Exception):
    """An output is nothing that can be compared; the message says what it is."""


class Candidate:
    def __init__(self, channel, settings: dict):
        self._channel = channel
        self._folder = settings["folder"]
        device = settings["device"]
        if device["kind"] == "cuda":
            devices.install_real()
            Mode.leave_to_compiler()
            clock = GPUClock(device["clock"], device["flushBytes"])
            self._controls = CudaControls(clock)
            self._timed = TimedCalls(clock)
        else:
            self._controls = VirtualControls(device["runtime"])
            devices.install_virtual(device["runtime"], device["library"], device["gpu"])
        extension_loader.install(lambda request: channel.request({"extension": request}))
        global _synchronize
        _synchronize = torch.cuda.synchronize
        self._module = None
        self._model = None
        self._last_inputs = []
        self._integrity = integrity.Integrity()
        _freeze()

    # Commands

    def load(self, message: dict) -> dict:
        """Runs the candidate's source, which usually builds its extensions."""
        import ast

        source = message["source"].removeprefix("\ufeff")
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError) as error:
            place = f" (line {error.lineno})" if getattr(error, "lineno", None) else ""
            raise NotPython(f"{getattr(error, 'msg', error)}{place}") from None
        self._module = load_module("candidate", source, tree)
        model = getattr(self._module, "ModelNew", None)
        if model is None:
            raise NoModel("It defines no ModelNew.")
        if not (isinstance(model, type) and issubclass(model, _Module)):
            raise NoModel("Its ModelNew is no torch.nn.Module.")
        return self._extensions()

    def construct(self, message: dict) -> dict:
        """Makes the model and gives it the reference's weights."""
        arguments = decode(message["arguments"], read_tensor)
        names = decode(message["names"], read_tensor)
        random.seed(message["seed"])
        torch.manual_seed(message["seed"])
        model = self._module.ModelNew(*arguments, **names)
        if not isinstance(model, _Module):
            raise NoModel("Its ModelNew makes no torch.nn.Module.")
        given = {name: read_tensor(description) for name, description in message["state"]}
        result = {"weights": weights.give(model, given, dict(message["firsts"]))}
        if message["precision"] != "fp32":
            model = model.to({"fp16": torch.float16, "bf16": torch.bfloat16}[message["precision"]])
        self._model = model.cuda()
        _synchronize()
        return {**result, **self._extensions()}

    def fill(self, message: dict) -> dict:
        """Gives the model values for parameters that have other names or shapes than the reference's."""
        weights.fill(self._model, {name: read_tensor(description) for name, description in message["values"]})
        _synchronize()
        return {}

    def run(self, message: dict) -> dict:
        """One call of the model."""
        options = message["options"]
        inputs = self._placed(mapped(decode(message["inputs"], read_tensor), lambda tensor: tensor.cuda()), options)
        random.seed(message["seed"])
        torch.manual_seed(message["seed"])
        gc.collect()
        self._controls.set_up(options)
        before = self._controls.launches()
        tasks = integrity.tasks()
        recorder = Recorder() if options.get("record") else contextlib.nullcontext()
        start = _monotonic()
        try:
            with _no_grad(), recorder:
                outputs = self._model(*inputs)
            _synchronize()
        finally:
            seconds = _monotonic() - start
            launches = self._controls.launches() - before
            kernel_error = self._controls.kernel_error()
            late = self._late_work(before + launches, tasks)
            self._controls.report()
            self._controls.set_up({})
        flaws = [flaw for tensor in tensors(outputs) if (flaw := _flaw(tensor))]
        result = {
            "outputs": self._encoded(outputs, message["prefix"]),
            "flaws": flaws,
            "launches": launches,
            "kernelError": kernel_error,
            "seconds": seconds,
            "operators": dict(recorder.counts) if options.get("record") else {},
            "changes": {**self._integrity.changes(), **late, "tasksBefore": tasks},
            **self._extensions(),
        }
        if options.get("inputsAfter"):
            write = Files(self._folder, message["prefix"] + "-inputs")
            result["inputsAfter"] = encode(inputs, write)
        return result

    def time(self, message: dict) -> dict:
        """Takes the inputs of the calls that are to be timed."""
        self._timed.prepare(message["sets"])
        return {}

    def arm(self, message: dict) -> dict:
        """Everything before a timed call."""
        self._timed.arm(message, self._model)
        return {}

    def fire(self, message: dict) -> dict:
        """A timed call."""
        return self._timed.fire(message)

    def outputs(self, message: dict) -> dict:
        """What the last timed call gave."""
        made = self._timed.outputs
        flaws = [flaw for tensor in tensors(made) if (flaw := _flaw(tensor))]
        late = self._late_work(self._controls.launches(), integrity.tasks())
        return {
            "outputs": self._encoded(made, message["prefix"]),
            "flaws": flaws,
            "changes": {**self._integrity.changes(), **late, "tasksBefore": integrity.tasks()},
        }

    # What they need

    def _late_work(self, launches, tasks) -> dict:
        """What goes on after the call has returned. A thread that has ended takes a moment to be gone."""
        running = threading.active_count() - 1
        deadline = _monotonic() + 0.3
        while integrity.tasks() > tasks and _monotonic() < deadline:
            _sleep(0.005)
        return {"threads": running, "lateLaunches": self._controls.launches() - launches}

    def _placed(self, inputs, options):
        """The inputs, for some calls in the memory of the last ones: who answers by address, shape or version is found out."""
        last, fresh = self._last_inputs, tensors(inputs)
        if options.get("reuse") and [(t.shape, t.dtype) for t in last] == [(t.shape, t.dtype) for t in fresh]:
            waiting = iter(last)

            def moved(tensor):
                place = next(waiting)
                # Through .data the version that autograd counts stays the same.
                place.data.copy_(tensor)
                return place

            inputs = mapped(inputs, moved)
        self._last_inputs = tensors(inputs)
        return inputs

    def _encoded(self, outputs, prefix) -> dict:
        try:
            return encode(outputs, Files(self._folder, prefix))
        except ValueFailure as error:
            raise OutputFailure(str(error)) from None

    def _extensions(self) -> dict:
        return {"failures": list(extension_loader.failures)}


def _freeze():
    """What was there before the candidate stays: collections before each call look at the candidate's own objects alone."""
    gc.collect()
    gc.freeze()


def _flaw(tensor):
    """What is wrong with an output that is to be a plain tensor on the GPU."""
    if type(tensor) is not _Tensor and type(tensor) is not torch.nn.Parameter:
        return f"an output is a {type(tensor).__qualname__}, not a plain torch.Tensor"
    if tensor.device.type != "cuda":
        return f"an output is on {tensor.device}, not on the GPU"
    return None

