"""What a model reads at which time of its training.

Most tokens of an answer are boilerplate that is learnt within minutes. What decides between
a right and a wrong answer is a few dozen names copied from the prompt, most of them in the
class at the end of the answer, hundreds of tokens later. A stage can therefore add *tails*:
the prompt followed by that class alone. They cost a quarter of the tokens, and the habit of
looking into the prompt that they teach carries over to whole answers.
"""

import numpy as np

from .batches import Encoded

TAIL_OPENING = "class ModelNew"


def tail_of(sample: Encoded, opening: np.ndarray) -> Encoded | None:
    """The sample without what lies between the prompt and `opening` (the class); None if there is no class."""
    ids, at = sample.ids, sample.answer_at
    places = np.flatnonzero(ids[at:] == opening[0]) + at
    for place in reversed(places):
        if np.array_equal(ids[place : place + len(opening)], opening):
            return Encoded(np.concatenate([ids[:at], ids[place:]]), at, sample.kind, sample.family)
    return None


def stage_samples(samples: list[Encoded], stage: dict, opening: list[int], seed: int) -> list[Encoded]:
    """A share of the whole samples that are not too long, and the tails if the stage wants them."""
    rng = np.random.default_rng(seed)
    whole = [e for e in samples if len(e.ids) <= stage["longest"] and rng.random() < stage["whole"]]
    if stage["tails"]:
        start = np.array(opening, dtype=np.uint16)
        whole += [t for t in (tail_of(e, start) for e in samples) if t is not None]
    return whole
