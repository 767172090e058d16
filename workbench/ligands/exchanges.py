"""Matched pairs of an enumerated library: two products that differ in one building block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.ligands.building_blocks import Group
from workbench.ligands.enumeration import Product


class Exchange(NamedTuple):
    """Two products with the same groups at all positions but one."""

    first: Product
    second: Product
    position: int
    taken_out: Group
    put_in: Group


def exchanges(products: Sequence[Product]) -> Iterator[Exchange]:
    """Yield every pair of products that differ in one group, each pair once, in order.

    What the products are made of tells; two molecules of other groups are no pair here, even if
    ``matched_pairs.matched_pair`` finds a common core.
    """
    alike: dict[tuple[int, tuple[tuple[int, int], ...]], list[Product]] = {}
    for product in products:
        for group in product.groups:
            others = tuple((g.position, id(g)) for g in product.groups if g is not group)
            known = alike.setdefault((group.position, others), [])
            for other in known:
                yield Exchange(other, product, group.position, _at(other, group.position), group)
            known.append(product)


def _at(product: Product, position: int) -> Group:
    return next(group for group in product.groups if group.position == position)
