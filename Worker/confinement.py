"""What a worker does to itself before it reads anything that is not trusted."""

import os


def confine():
    """Called first of all. Returns what there is to know of it."""
    os.closerange(5, 1 << 16)
    return {}
