"""The order of doing, where it is not the order of the words."""

from collections.abc import Sequence

from planners.parsed.clauses import Clause
from planners.parsed.meaning import Deed


def in_order(found: Sequence[list[Deed]], clauses: Sequence[Clause]) -> list[Deed]:
    """Put what is said to come before or after something else where it is to be done."""
    groups = [list(deeds) for deeds in found]
    order = list(range(len(groups)))
    for index, clause in enumerate(clauses):
        if clause.order == "earlier" and index > 0:
            # "B after A": A first
            order.remove(index)
            order.insert(order.index(index - 1), index)
        elif clause.order == "later" and index == 0 and len(groups) > 1:
            # "before A, B": B first
            order.remove(0)
            order.insert(order.index(1) + 1, 0)
    return [deed for index in order for deed in groups[index]]
