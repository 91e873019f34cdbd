"""A smaller problem of the same kind: the constants are reduced together until the work fits a budget.

Nothing is computed for it: the model runs on PyTorch's meta device, which knows shapes and no values.
"""

import torch
from torch.utils._pytree import tree_flatten

from constants import SMALLEST, Constants, is_batch
from operators import Mode
from problem import Problem, ProblemError

# Powers of two up to this are kept as divisors: tiles, vector widths and warps count on them.
_DIVISOR = 64

# How small a constant may get: first this, and where that does not fit the budget, that.
_FLOORS = (SMALLEST, 4)


class _Counter(Mode):
    """Bytes that the operators make, and multiplications and additions where they are products of matrices."""

    def __init__(self):
        super().__init__()
        from torch.utils.flop_counter import flop_registry

        self._formulas = flop_registry
        self.bytes = 0
        self.work = 0
        self.largest = 0

    def seen(self, function, arguments, names):
        result = function(*arguments, **names)
        made = [value for value in tree_flatten(result)[0] if isinstance(value, torch.Tensor)]
        read = [value for value in tree_flatten(arguments)[0] if isinstance(value, torch.Tensor)]
        storages = {id(value.untyped_storage()) for value in read}
        for value in made:
            if id(value.untyped_storage()) not in storages and value._base is None:
                self.bytes += value.numel() * value.element_size()
        self.largest = max([self.largest] + [value.numel() for value in made + read])
        formula = self._formulas.get(function._overloadpacket)
        if formula is not None:
            self.work += formula(*arguments, **names, out_val=result)
        else:
            self.work += sum(value.numel() for value in made + read)
        return result


class Size:
    """What a problem needs at some values of its constants."""

    def __init__(self, source: str, constants: Constants, values: dict):
        with torch.device("meta"), torch.random.fork_rng(devices=[]):
            problem = Problem(source, constants, values)
            inputs = problem.inputs()
            model = problem.model()
            counter = _Counter()
            with counter, torch.no_grad():
                outputs = model(*inputs)
        tensors = [value for value in tree_flatten((inputs, outputs))[0] if isinstance(value, torch.Tensor)]
        if any(value.numel() == 0 for value in tensors):
            raise ProblemError("A tensor has no elements at this size.")
        kept = sum(value.numel() * value.element_size() for value in tensors)
        kept += sum(value.numel() * value.element_size() for value in list(model.parameters()) + list(model.buffers()))
        self.bytes = kept + counter.bytes
        self.work = counter.work + sum(value.numel() for value in tensors)

    def fits(self, budget: dict) -> bool:
        return self.bytes <= budget["bytes"] and self.work <= budget["work"]


def halved(value: int) -> int:
    """About half of a constant, with the same powers of two as divisors (up to 64), odd where it was odd."""
    power = min(value & -value, _DIVISOR)
    if power >= value // 2 and power > 1:
        return value // 2
    count = (value // power) // 2
    # What was a multiple of just this power stays one of just this power.
    if value & -value == power and count % 2 == 0:
        count += 1
    return max(1, count) * power


def scaled(source: str, constants: Constants, budget: dict) -> tuple:
    """The values of the constants with which the problem fits a budget, and its size then.

    The largest constants are halved first, equal ones together, and a step after which the model does not accept its inputs is
    taken back. Where nothing can be halved any more the problem is as small as it gets, whether it fits or not.

    The size is None where the meta device does not know an operator of the model's: then nothing is scaled.
    """
    values = dict(constants.values)
    try:
        size = Size(source, constants, values)
    except ProblemError:
        raise
    except Exception:
        return {}, None
    for floor in _FLOORS:
        fixed = set()
        while not size.fits(budget):
            open_values = {
                value
                for key, value in values.items()
                if key not in fixed and (1 if is_batch(key) and floor < SMALLEST else floor) <= halved(value) < value
            }
            if not open_values:
                break
            largest = max(open_values)
            keys = [key for key, value in values.items() if value == largest and key not in fixed]
            for group in [keys] + ([[key] for key in keys] if len(keys) > 1 else []):
                trial = {**values, **{key: halved(largest) for key in group}}
                smaller = _size(source, constants, trial)
                if smaller is not None and smaller.bytes <= size.bytes and smaller.work < size.work:
                    values, size = trial, smaller
                    break
            else:
                fixed.update(keys)
    return {key: value for key, value in values.items() if value != constants.values[key]}, size


def uneven(source: str, constants: Constants, values: dict) -> dict:
    """Values near these that no block divides, for as many constants as the model accepts them for; empty where it does for none."""
    current = {**constants.values, **values}
    least = SMALLEST // 2
    wanted = {key: value - 1 - value % 2 for key, value in current.items() if value - 2 >= least}

    def accepted(changed):
        # As much work as before, about: a shape that means something else altogether is no neighbour.
        return _size(source, constants, {**current, **changed}) is not None

    if not wanted or _size(source, constants, current) is None:
        return {}
    changed = wanted if accepted(wanted) else {}
    if not changed:
        for value in sorted(set(current.values()), reverse=True):
            group = {key: wanted[key] for key in wanted if current[key] == value}
            if group and accepted({**changed, **group}):
                changed = {**changed, **group}
    made = {**values, **changed}
    return {key: value for key, value in made.items() if value != constants.values[key]} if changed else {}


def _size(source, constants, values):
    try:
        return Size(source, constants, values)
    except Exception:
        return None
