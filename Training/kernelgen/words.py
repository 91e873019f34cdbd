"""Docstrings and comments for problems. They are dropped from the prompt; they exist so that `compact_module` has work."""

_VERBS = ["Computes", "Evaluates", "Applies", "Runs", "Carries out", "Calculates"]
_NOTES = ["shape stays as it is", "batch comes first", "float32 data", "see the shapes below", "sizes chosen for a big card",
          "applied to every entry", "keeps things on the device", "step of the pipeline", "tune me", "made-up numbers"]


def comment(rng):
    """A short remark."""
    return rng.choice(_NOTES)


def class_doc(rng, topic, params):
    """Lines for the class."""
    lines = [f"{rng.choice(_VERBS)} {topic}."]
    if params and rng.random() < 0.5:
        lines += ["", rng.choice(["Args:", "Parameters:"])] + [f"    {p}: setting of the layer." for p in params]
    return lines


def init_doc(rng, topic, params):
    """Lines for the constructor."""
    lines = [f"Sets up {topic}."]
    if params:
        lines += ["", "Args:"] + [f"    {p}: see the class." for p in params]
    return lines


def forward_doc(rng, topic, args):
    """Lines for forward."""
    lines = [f"{rng.choice(_VERBS)} {topic}."]
    if rng.random() < 0.8:
        lines += ["", "Args:"] + [f"    {a} (torch.Tensor): tensor to work on." for a in args]
        lines += ["", "Returns:", "    torch.Tensor: the outcome."]
    return lines
