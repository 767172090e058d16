"""Which wild-type XPO1 a chain is most like, and where it was changed."""

from __future__ import annotations

from typing import Any

from workbench.structures.facts import SPECIES, reference_sequence
from workbench.structures.numbering import XPO1Chain, aligned_numbers


def nearest_reference(chain: XPO1Chain) -> dict[str, Any]:
    """Return the wild type that a chain is most like, and where it differs.

    Returns
    -------
    dict
        ``species`` and ``organism``, ``identity`` of the aligned part, and ``mutations`` in the
        numbering of that wild type, such as ``T539C`` of yeast.
    """
    best: tuple[float, str, list[int | None]] = (-1.0, "", [])
    for species in SPECIES:
        numbers, identity = aligned_numbers(chain.residues, reference_sequence(species))
        best = max(best, (identity, species, numbers), key=lambda item: item[0])
    identity, species, numbers = best
    sequence = reference_sequence(species)
    return {
        "species": species,
        "organism": SPECIES[species],
        "identity": round(identity, 4),
        "mutations": [
            f"{sequence[number - 1]}{number}{residue.letter}"
            for number, residue in zip(numbers, chain.residues, strict=True)
            if number is not None and residue.letter not in ("X", sequence[number - 1])
        ],
    }
