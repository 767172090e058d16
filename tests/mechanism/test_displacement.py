"""What a drug displaces, against where the crystals have it."""

from __future__ import annotations

import pytest

from workbench.errors import MechanismError
from workbench.mechanism.displacement import displacement
from workbench.mechanism.nes import find_signals


@pytest.mark.parametrize(
    ("drug", "shared"),
    [
        # a SINE lies beside the cysteine, between P2 and P4; leptomycin B's long chain reaches P0
        ("selinexor", {"P2", "P3"}),
        ("eltanexor", {"P2", "P3"}),
        ("KPT-185", {"P2", "P3", "P4"}),
        ("leptomycin B", {"P0", "P1", "P2", "P3"}),
    ],
)
def test_the_pockets_that_a_drug_fills(drug: str, shared: set[str]) -> None:
    assert set(displacement(drug).shared) == shared


def test_the_anchors_of_pki_that_selinexor_displaces() -> None:
    match = next(m for m in find_signals("NSNELALKLAGLDINK") if m.pattern == "1a")
    displaced = displacement("KPT-330").anchors(match.pockets)
    assert displaced == {name: match.pockets[name] for name in ("P2", "P3")}
    assert set(displaced.values()) == {"L9", "L12"}


def test_a_pocket_at_the_edge_is_called_uncertain() -> None:
    found = displacement("selinexor")
    assert found.borderline == ("P4",)
    assert "P4 within its uncertainty" in found.sentence()


def test_a_drug_without_a_crystal_is_refused() -> None:
    with pytest.raises(MechanismError, match="no crystal pose of 'verdinexor'"):
        displacement("verdinexor")
