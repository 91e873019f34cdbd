"""What two models have to have alike: weights, and of them those that a fresh model gives one value."""

import torch

_Tensor = torch.Tensor
_no_grad = torch.no_grad


def first_value(tensor):
    """The finite number that all elements of a tensor are; None where they differ."""
    if not isinstance(tensor, _Tensor) or not tensor.is_floating_point() or tensor.numel() == 0:
        return None
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


def randomise(model, seed: int, kept=(), alike=(), uniform=()) -> list:
    """Gives such parameters and statistics values of their own, and describes them.

    A candidate that leaves a bias, a scale or a running mean out would otherwise not be found out. Those of `kept` stay as they
    are, those of a group in `alike` get the same values, and all elements of one in `uniform` get the same number.
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
    return description


def give(model, given: dict) -> dict:
    """The reference's weights by name; where the names differ, by order and shape; and where that does not fit, those that fit.

    Of what is left then it is said what has one value: the trusted side gives it others.
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
    left = [given[name] for name in missing]
    places = [own[name] for name in unexpected]
    if not shapes and len(left) == len(places) and all(a.shape == b.shape for a, b in zip(left, places)):
        renamed = {**{name: given[name] for name in given if name in own}, **dict(zip(unexpected, left))}
        model.load_state_dict(renamed)
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
