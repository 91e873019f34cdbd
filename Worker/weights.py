"""What two models have to have alike: weights, and of them those that a fresh model gives one value."""

import torch

_Tensor = torch.Tensor
_no_grad = torch.no_grad


def first_value(tensor):
    """The finite number that all elements of a tensor are; None where they differ."""
    if not isinstance(tensor, _Tensor) or not tensor.is_floating_point() or tensor.numel() == 0:
        return None
    tensor = tensor.detach()
    first = tensor.reshape(-1)[0]
    return float(first) if bool((tensor == first).all()) and bool(torch.isfinite(first)) else None


def constants(model) -> dict:
    """Parameters and statistics, by name, that are all ones, all zeros, or have another one value, with that value."""
    # What is not saved nobody else can be given.
    saved = model.state_dict().keys()
    found = {}
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        value = first_value(tensor)
        # One number without dimensions is as a rule an argument of the model's, which a candidate may keep as such.
        if value is not None and name in saved and tensor.dim() > 0:
            found[name] = (tensor, value)
    return found


def described(found: dict) -> list:
    return [
        [name, tensor.numel(), value, [length for length in tensor.shape if length != 1]]
        for name, (tensor, value) in found.items()
    ]


def randomise(model, seed: int, kept=(), alike=(), uniform=(), changed=()) -> list:
    """Gives such parameters and statistics values of their own, and describes them.

    A candidate that leaves a bias, a scale or a running mean out would otherwise not be found out. Those of `kept` stay as they
    are, those of a group in `alike` get the same values, and all elements of one in `uniform` get the same number. What is drawn by the
    model itself and named in `changed` gets other values too.
    """
    found = constants(model)
    description = described(found)
    leaders = {name: group[0] for group in alike for name in group}
    generator = torch.Generator().manual_seed(seed ^ 0x5DEECE66D)
    # Drawn for all, so that what is kept changes nothing about the others.
    drawn = {name: torch.rand(tensor.numel(), generator=generator) for name, (tensor, _) in found.items()}
    with torch.no_grad():
        for name, (tensor, value) in found.items():
            if name not in kept:
                noise = drawn[leaders.get(name, name)].reshape(tensor.shape).to(dtype=tensor.dtype)
                if name in uniform:
                    noise = noise.reshape(-1)[0]
                tensor.copy_(value * (0.5 + noise) if value != 0 else noise - 0.5)
        for name, tensor in model.named_parameters():
            if name in changed and name not in found and tensor.is_floating_point():
                # The sign too: a scale of one number may cancel out in all but that. And zeros, which close a gate.
                first, second = (torch.rand(tensor.shape, generator=generator).to(dtype=tensor.dtype) for _ in range(2))
                tensor.mul_(-1.5 - first).add_(second - 0.5)
    return description


def _pairs(theirs: dict, given: dict, firsts: dict):
    """Which of a candidate's own tensors is which of the reference's: pairs of names, or None where there are not as many of each shape.

    Of one shape a scale is what is made of ones and a bias what is made of zeros; those that this does not tell apart, and all of a
    shape of which a candidate makes others than the reference, are taken in order. Where the shapes come in another order too, what is
    drawn has to be the same numbers already: two matrices that are kept transposed may have each other's shapes.
    """

    def by_shape(tensors):
        groups = {}
        for name, tensor in tensors.items():
            groups.setdefault(tuple(tensor.shape) if isinstance(tensor, _Tensor) else None, []).append(name)
        return groups

    def by_value(names, value):
        return sorted(names, key=lambda name: (value(name) is None, value(name) or 0.0))

    def own(name):
        return first_value(theirs[name]) if theirs[name].dim() > 0 else None

    places, wanted = by_shape(theirs), by_shape(given)
    if None in places or {shape: len(names) for shape, names in places.items()} != {
        shape: len(names) for shape, names in wanted.items()
    }:
        return None
    pairs = []
    for shape, names in wanted.items():
        # Sorting is stable: of equal values the order stays.
        ours, its = by_value(names, firsts.get), by_value(places[shape], own)
        if [firsts.get(name) for name in ours] != [own(name) for name in its]:
            ours, its = names, places[shape]
        pairs += zip(its, ours)
    if [theirs[name].shape for name in theirs] != [given[name].shape for name in given]:
        for its, name in pairs:
            if name not in firsts and not bool((theirs[its].to(given[name].dtype) == given[name]).all()):
                return None
    return pairs


def give(model, given: dict, firsts: dict) -> dict:
    """The reference's weights by name; where the names differ, by shape, first value and order; and where that does not fit, those that fit.

    Of what is left then it is said what has one value: the trusted side gives it others. `firsts` has the one value, by name, of what
    the reference makes with one.
    """
    own = model.state_dict()
    missing = [name for name in given if name not in own]
    unexpected = [name for name in own if name not in given]
    shapes = [
        name
        for name in own
        if name in given and isinstance(own[name], _Tensor) and own[name].shape != given[name].shape
    ]
    if not missing and not shapes:
        # Second names of the same parameters, and what the reference has no value for, stay as they are.
        model.load_state_dict(given, strict=False)
        return {"how": "names", "unexpected": unexpected}
    pairs = _pairs(
        {name: own[name] for name in unexpected}, {name: given[name] for name in missing}, firsts
    )
    if not shapes and pairs is not None:
        named = {name: given[name] for name in given if name in own}
        model.load_state_dict({**named, **{its: given[name] for its, name in pairs}})
        return {"how": "order", "missing": missing, "unexpected": unexpected}
    model.load_state_dict({name: given[name] for name in given if name in own and name not in shapes}, strict=False)
    spare = [*unexpected, *shapes]
    return {
        "how": "none",
        "missing": missing,
        "unexpected": unexpected,
        "shapes": shapes,
        "elements": sum(own[name].numel() for name in spare if isinstance(own[name], _Tensor)),
        "constants": [entry for entry in described(constants(model)) if entry[0] in spare],
    }


def fill(model, values: dict) -> None:
    """Puts values into a model's own parameters, element by element, whatever their shape."""
    own = model.state_dict()
    with _no_grad():
        for name, value in values.items():
            own[name].copy_(value.reshape(own[name].shape).to(device=own[name].device, dtype=own[name].dtype))
