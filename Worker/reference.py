"""The reference's side of the worker: sizes, inputs, weights, and what the outputs should be."""

import copy
import random

import torch

import scaling
import weights
from constants import Constants
from leaves import supplied
from operators import Mode, Recorder
from problem import Problem, ProblemError
from values import Files, decode, encode, mapped, read_tensor, tensors


def _seed(seed: int) -> None:
    random.seed(seed)
    torch.manual_seed(seed)
    try:
        import numpy

        numpy.random.seed(seed & 0xFFFFFFFF)
    except ImportError:
        pass


class Reference:
    def __init__(self, channel, settings: dict):
        self._channel = channel
        self._folder = settings["folder"]
        self._source = None
        self._problem = None
        self._models = {}
        device = settings["device"]
        self._device = "cpu"
        if device["kind"] == "cuda":
            import devices
            from gpu_clock import GPUClock
            from timing import TimedCalls

            devices.install_real()
            Mode.leave_to_compiler()
            self._device = "cuda"
            self._timed = TimedCalls(GPUClock(device["clock"], device["flushBytes"]))

    # Commands

    def open(self, message: dict) -> dict:
        """Reads the source. Nothing of it runs yet."""
        self._source = message["source"]
        try:
            self._constants = Constants(self._source)
        except SyntaxError as error:
            raise ProblemError(f"The reference is not Python: {error.msg} (line {error.lineno}).") from None
        return {"constants": self._constants.values}

    def size(self, message: dict) -> dict:
        """The values of the constants that fit a budget; without one, what the problem needs as it is."""
        if message.get("uneven") is not None:
            return {"values": scaling.uneven(self._source, self._constants, message["uneven"]), "needs": None}
        if message.get("budget") is None:
            try:
                size = scaling.Size(self._source, self._constants, {})
            except ProblemError:
                raise
            except Exception:
                size = None
            values = {}
        else:
            values, size = scaling.scaled(self._source, self._constants, message["budget"])
        needs = None if size is None else {"bytes": size.bytes, "work": size.work}
        return {"values": values, "needs": needs}

    def choose(self, message: dict) -> dict:
        """Settles on a size."""
        self._problem = Problem(self._source, self._constants, message["values"])
        self._models = {}
        arguments, names = self._problem.initial_arguments()
        write = Files(self._folder, "argument")
        return {"arguments": encode(arguments, write), "names": encode(names, write)}

    def inputs(self, message: dict) -> dict:
        """Inputs whose random numbers the trusted side supplies; tensors that get_inputs derived are written to files."""
        leaves = {}

        def ask(description):
            answer = self._channel.request({"leaf": description})
            leaves[len(leaves)] = description
            return answer

        _seed(message["seed"])
        with supplied(ask):
            made = self._problem.inputs()
        made = mapped(made, lambda tensor: self._converted(tensor.detach().cpu(), message["precision"]))
        write = Files(self._folder, message["prefix"])
        return {"inputs": encode(made, write), "leaves": list(leaves.values())}

    def model(self, message: dict) -> dict:
        """Makes the model, with weights that no initial value gives away."""
        _seed(message["seed"])
        model = self._problem.model()
        described = weights.randomise(
            model, message["seed"], message["kept"], message["alike"], message["uniform"], message["changed"]
        )
        own = copy.deepcopy(model).cpu()
        _convert(own, message["precision"])
        try:
            exact = copy.deepcopy(own).double()
        except Exception:
            exact = None
        self._models = {"own": own, "exact": exact}
        # Saved before anything runs: a model that counts its calls or updates its statistics changes itself.
        self._kept = {
            name: None if one is None else copy.deepcopy(one).to(self._device) for name, one in self._models.items()
        }
        write = Files(self._folder, "weight")
        parameters = dict(own.named_parameters(remove_duplicate=False))
        state = [[name, write(tensor), name in parameters] for name, tensor in own.state_dict().items()]
        return {"state": state, "constants": described}

    def expect(self, message: dict) -> dict:
        """What the model makes of inputs: in float64, and in its own precision, once more with another seed."""
        _seed(message["seed"])
        inputs = mapped(decode(message["inputs"], read_tensor), lambda tensor: tensor.to(self._device))
        prefix = message["prefix"]
        recorder = Recorder()
        given = mapped(inputs, lambda tensor: tensor.clone())
        with torch.no_grad(), recorder:
            own = self._fresh("own")(*given)
        changed = [
            index
            for index, (before, after) in enumerate(zip(tensors(inputs), tensors(given)))
            if not torch.equal(_bytes(before), _bytes(after))
        ]
        exact, exact_reason = self._exact(inputs, message["seed"])
        result = {
            "own": encode(own, Files(self._folder, prefix + "-own")),
            "exact": None if exact is None else encode(exact, Files(self._folder, prefix + "-exact")),
            "exactReason": exact_reason,
            "operators": dict(recorder.counts),
            "changedInputs": changed,
        }
        if message.get("repeat"):
            _seed(message["seed"] + 1)
            with torch.no_grad():
                again = self._fresh("own")(*mapped(inputs, lambda tensor: tensor.clone()))
            result["again"] = encode(again, Files(self._folder, prefix + "-again"))
        if self._device == "cuda":
            # The candidate's process has the same memory.
            del own, exact, given, inputs
            torch.cuda.empty_cache()
        return result

    def time(self, message: dict) -> dict:
        """Takes the inputs of the calls that are to be timed, and compiles the model; says why where that fails."""
        self._timed.prepare(message["sets"])
        self._compiled, reason = None, None
        try:
            # A model of its own: compiling must not touch the other one.
            compiled = torch.compile(copy.deepcopy(self._kept["own"]))
            self._timed.arm({"set": 0, "seed": 0, "fresh": 0}, compiled)
            self._timed.fire({"cover": 0.0})
            self._compiled = compiled
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:600]
        return {"isCompiled": self._compiled is not None, "reason": reason}

    def arm(self, message: dict) -> dict:
        """Everything before a timed call."""
        self._timed.arm(message, self._compiled if message["compiled"] else self._kept["own"])
        return {}

    def fresh(self, message: dict) -> dict:
        """The inputs of a timed call once more, in files."""
        return {"inputs": encode(self._timed.fresh(message), Files(self._folder, message["prefix"]))}

    def fire(self, message: dict) -> dict:
        """A timed call."""
        return self._timed.fire(message)

    # What they need

    def _fresh(self, name):
        """The model as it was made: one that a run has changed says nothing about the next."""
        kept = self._kept[name]
        has_state = any(True for _ in kept.buffers())
        return copy.deepcopy(kept) if has_state else kept

    def _exact(self, inputs, seed):
        if self._kept["exact"] is None:
            return None, "the model cannot be made in float64"
        wide = mapped(inputs, lambda tensor: tensor.double() if tensor.is_floating_point() else tensor.clone())
        _seed(seed)
        before = torch.get_default_dtype()
        try:
            torch.set_default_dtype(torch.float64)
            with torch.no_grad():
                return self._fresh("exact")(*wide), None
        except Exception as error:
            return None, f"the model does not run in float64: {type(error).__name__}: {error}"[:400]
        finally:
            torch.set_default_dtype(before)

    def _converted(self, tensor, precision):
        if precision == "fp32" or not tensor.is_floating_point():
            return tensor
        return tensor.to(_PRECISIONS[precision])


_PRECISIONS = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def _convert(model, precision):
    if precision != "fp32":
        model.to(_PRECISIONS[precision])


def _bytes(tensor):
    return tensor.contiguous().reshape(-1).view(torch.uint8) if tensor.numel() else tensor
