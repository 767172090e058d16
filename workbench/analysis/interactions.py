"""All interactions of a bonded drug with its receptor.

Each kind is one class under `InteractionKind`, with its criteria and their source in its
docstring. The limits are those in common use, so that a picture made here can be compared with
one made elsewhere; where ours are wider or narrower, the class says so.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from workbench.analysis.features import perceive
from workbench.analysis.interaction_base import Interaction, Scene
from workbench.analysis.interaction_kinds import all_kinds
from workbench.analysis.parts import CAPS, ComplexParts, split
from workbench.physics.complex import Complex

# Wide enough for the longest limit (6 angstrom to a ring centre) and the ring's far atoms.
REACH_ANGSTROM = 9.0


def find_interactions(complex_: Complex) -> tuple[dict[str, Any], ...]:
    """Return every interaction of the drug with its receptor, as plain dictionaries.

    Parameters
    ----------
    complex_
        A bonded complex with hydrogens and finite coordinates.

    Returns
    -------
    interactions
        Keys ``type``, ``residue`` (human numbering), ``receptor_atom``, ``ligand_atoms`` (drug
        indices), ``distance_angstrom``, ``angle_degree`` (or ``None``); sorted by type, residue
        number and distance. The same complex gives the same tuple.
    """
    parts = split(complex_)
    scene = Scene(parts, perceive(complex_.mol), _within_reach(parts))
    found = {item for kind in all_kinds() for item in kind.find(scene)}
    return tuple(item.to_dict() for item in sorted(found, key=_order))


def _within_reach(parts: ComplexParts) -> frozenset[int]:
    """Return the receptor atoms near the drug; caps stand for residues and are left out."""
    drug = cKDTree(parts.coordinates[parts.complex.drug_atoms])
    distances, _ = drug.query(parts.coordinates)
    return frozenset(
        int(index)
        for index in np.flatnonzero(distances <= REACH_ANGSTROM)
        if index not in parts.drug_index and parts.complex.atoms[index].residue_name not in CAPS
    )


def _order(item: Interaction) -> tuple[str, int, float, str, tuple[int, ...]]:
    number = re.search(r"-?\d+$", item.residue)
    residue = int(number.group()) if number else 0
    return item.type, residue, item.distance_angstrom, item.receptor_atom, item.ligand_atoms
