"""Active learning on a set that was docked as a whole: what share of its best a tenth finds.

``python benchmarks/active_learning.py --dock 1000`` docks so many analogs from the shipped table
of groups, drawn with seed 1, with a short search, and adds them to
``benchmarks/active_learning.csv``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from quick_docking import dock_all

from workbench.ligands.building_blocks import read_building_blocks, shipped_groups
from workbench.ligands.enumeration import Library

SCORES = Path(__file__).with_suffix(".csv")


def dock(count: int) -> None:
    """Dock the first analogs of the random order."""
    blocks = read_building_blocks(shipped_groups())
    library = Library(blocks.cores["sine"], blocks.groups)
    dock_all(((p.name, p.smiles, "") for p in library.random(count, seed=1)), SCORES)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dock", type=int, metavar="N")
    dock(parser.parse_args().dock)
