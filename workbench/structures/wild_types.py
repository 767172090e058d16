"""Which wild-type XPO1 a chain is most like, and where it was changed."""

from __future__ import annotations

from typing import Any

from workbench.structures.facts import SPECIES, reference_sequence
from workbench.structures.numbering import XPO1Chain, aligned_numbers


def compared_references(chain: XPO1Chain) -> list[dict[str, Any]]:
    """Return how a chain differs from the wild types of human, mouse and yeast, nearest first.

    Returns
    -------
    list of dict
        ``species`` and ``organism``, ``identity`` of the aligned part, and ``mutations`` in the
        numbering of that wild type, such as ``T539C`` of yeast.
    """
    found = [_compared(chain, species) for species in SPECIES]
    # sorted() keeps the order of equals, so human goes before mouse
    return sorted(found, key=lambda reference: -reference["identity"])


def nearest_reference(chain: XPO1Chain) -> dict[str, Any]:
    """Return the wild type that a chain is most like, as ``compared_references`` has it."""
    return compared_references(chain)[0]


def _compared(chain: XPO1Chain, species: str) -> dict[str, Any]:
    sequence = reference_sequence(species)
    numbers, identity = aligned_numbers(chain.residues, sequence)
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
