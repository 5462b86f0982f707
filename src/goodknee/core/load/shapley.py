"""A fair split of a joint effect between its causes."""

from __future__ import annotations

import math
from functools import cache
from itertools import product

import numpy as np

from goodknee.core.model import Floats


def shapley(worth: Floats) -> Floats:
    """Return each cause's mean gain over all orders of joining; together they are worth(all) - worth(none).

    Args:
        worth: What every set of n causes comes to, shape (2,) * n; along its axis a cause is first away,
            then there.

    Returns:
        Shape (n,), in the order of the axes.
    """
    shares: Floats = _weights(worth.ndim) @ worth.ravel()
    return shares


@cache
def _weights(size: int) -> Floats:
    """Return what every set counts for in the share of every cause, shape (n, 2**n)."""
    weights = np.zeros((size, 2**size))
    for column, present in enumerate(product((0, 1), repeat=size)):
        count = sum(present)
        for name in range(size):
            # The orders in which the others of this set came before this cause, or are there when it leaves.
            before = count - present[name]
            ways = math.factorial(before) * math.factorial(size - before - 1)
            weights[name, column] = (1 if present[name] else -1) * ways / math.factorial(size)
    return weights
