"""Who goes where, so that all together go the least way."""

from itertools import pairwise

import numpy as np


def assign(costs: np.ndarray) -> np.ndarray:
    """The column of each row, no two alike, whose costs have the least sum.

    The Hungarian method: row after row finds the cheapest way to be let in, where those that are in
    already may move on to other columns.

    Args:
        costs: `(rows, columns)`, finite; at least as many columns as rows.

    Example:

    >>> assign(np.array([[1.0, 2.0], [1.0, 9.0]])).tolist()
    [1, 0]
    """
    rows, columns = costs.shape
    best = costs.argmin(axis=1)
    if len(set(best.tolist())) == rows:
        return best
    row_price, price = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1)
    for newcomer in range(rows):
        row, reached = newcomer, np.zeros(columns, bool)
        least, before = np.full(columns, np.inf), np.full(columns, -1)
        path = [newcomer]
        column = -1
        while row >= 0:
            way = costs[row] - row_price[row] - price
            shorter = (way < least) & ~reached
            least[shorter], before[shorter] = way[shorter], column
            column = int(np.where(reached, np.inf, least).argmin())
            step = least[column]
            row_price[path] += step
            price[reached] -= step
            least[~reached] -= step
            reached[column] = True
            row = owner[column]
            path.append(row)
        way_back = [column]
        while before[way_back[-1]] >= 0:
            way_back.append(int(before[way_back[-1]]))
        for to, since in pairwise(way_back):
            owner[to] = owner[since]
        owner[way_back[-1]] = newcomer
    chosen = np.empty(rows, int)
    taken = np.flatnonzero(owner >= 0)
    chosen[owner[taken]] = taken
    return chosen
