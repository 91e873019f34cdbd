"""The token layout that the data, the models and the product share.

A sample is one line of tokens:

    <|problem|> prompt <|kernel|> answer <|end|>      (a PyTorch module)
    <|program|> prompt <|kernel|> answer <|end|>      (a plain prompt)

The specials come first in the vocabulary, so that their ids never move when the
merges are learned anew.
"""

PAD = "<|pad|>"
END = "<|end|>"
PROBLEM = "<|problem|>"
PROGRAM = "<|program|>"
KERNEL = "<|kernel|>"

SPECIALS = [PAD, END, PROBLEM, PROGRAM, KERNEL]
PAD_ID, END_ID, PROBLEM_ID, PROGRAM_ID, KERNEL_ID = range(len(SPECIALS))

OPENERS = {"module": PROBLEM_ID, "program": PROGRAM_ID}


def opener(kind: str) -> int:
    """The token that says what kind of task follows."""
    return OPENERS[kind]
