"""Nuclear export signals: peptides of the literature, spacing written down by hand."""

from __future__ import annotations

import pytest

from workbench.errors import MechanismError
from workbench.mechanism.nes import SELECTIVITY, displacement, find_signals, known_signals

SPACING = {"1a": "L...L..L.L", "1b": "L..L..L.L", "1c": "L...L...L.L", "1d": "L..L...L.L"}
SPACING |= {f"{name}-R": spacing[::-1] for name, spacing in SPACING.items()}
SPACING |= {"2": "L.L..L.L", "3": "L..L...L..L", "4": "L..L...L..L...L"}


@pytest.mark.parametrize(("name", "spacing"), SPACING.items())
def test_each_pattern_finds_its_spacing(name: str, spacing: str) -> None:
    peptide = "GG" + spacing.replace(".", "G") + "GG"
    found = {match.pattern: match for match in find_signals(peptide)}
    assert name in found
    match = found[name]
    assert (match.start, match.end) == (3, 2 + len(spacing))
    assert match.direction == ("minus" if name.endswith("-R") else "plus")
    assert set(found) - {name} <= ({"3"} if name == "4" else set())


@pytest.mark.parametrize("row", known_signals(), ids=lambda row: row.name)
def test_peptides_of_the_literature(row) -> None:  # type: ignore[no-untyped-def]
    matches = find_signals(row.sequence)
    assert matches
    if row.binds == "no":
        assert all("known false positive" in match.warnings[0] for match in matches)
        return
    own = [match for match in matches if match.pattern == row.pattern]
    assert own
    assert all(match.warnings[0].startswith(f"known signal: {row.name}") for match in own)
    assert all(match.warnings[-1] == SELECTIVITY for match in matches)


@pytest.mark.parametrize(
    ("peptide", "pattern", "pockets"),
    [
        # PKI residues 38 to 47 (3NBY): Leu38, Leu42, Leu45, Ile47; the peptide starts at 34
        ("NSNELALKLAGLDINK", "1a", "P1 L5, P2 L9, P3 L12, P4 I14"),
        ("RSFEMTEFNQALEEI", "1a-R", "P1 L12, P2 F8, P3 M5, P4 F3"),
        ("SSLQELVQQFEALPGDLV", "4", "P0 L3, P1 L6, P2 F10, P3 L13, P4 L17"),
    ],
)
def test_anchors_take_the_pockets_of_their_crystals(peptide, pattern, pockets):
    match = next(m for m in find_signals(peptide) if m.pattern == pattern)
    assert match.pockets == dict(part.split() for part in pockets.split(", "))


def test_the_proline_of_rev_sits_in_a_pocket() -> None:
    matches = {match.pattern: match for match in find_signals("LQLPPLERLTLD")}
    assert matches["2"].pockets["P1"] == "P4"
    assert any("proline between P1 and P2" in text for text in matches["1b"].warnings)


def test_what_may_stand_in_and_between_anchors() -> None:
    assert find_signals("GLGGGLGGLGLG")
    assert find_signals("GLGGGLPGLGLG") == ()
    assert find_signals("GLGGGLGGLPLG") == ()
    assert find_signals("GLPGGLGGLGLG")  # before it: a warning
    assert find_signals("GPGGGLGGLGLG") == ()  # an anchor of class 2 only
    # threonine may stand in P1, with a warning, and nowhere else
    match = next(m for m in find_signals("EAETVSAMALLSVG") if m.pattern == "1a")
    assert "T in P1 is a weak anchor" in match.warnings
    assert find_signals("GLGGGTGGLGLG") == ()


def test_records_of_fasta() -> None:
    text = ">first one\nNSNELALK\nLAGLDINK*\n>\x1b[31m<b>second</b>\nGGGG\n"
    matches = find_signals(text)
    assert {match.record for match in matches} == {"first one"}
    hostile = find_signals(">\x1b[31m<b>x</b>\r\nNSNELALKLAGLDINK\r\n")[0].record
    assert hostile.isprintable()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("NSNEXALK", "'X' at residue 5"),
        ("AC*DE", "'*' at residue 3"),
        ("", "is empty"),
        (">a\nACDE\n>b\nAC-E\n", "record 'b' has '-' at residue 3"),
        ("ACDE\n>b\nACDE\n", "before its first '>'"),
        ("A" * 2_000_001, "longer than"),
    ],
)
def test_sequences_that_are_none(text: str, words: str) -> None:
    with pytest.raises(MechanismError) as caught:
        find_signals(text)
    assert words in str(caught.value)


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


def test_a_drug_without_a_crystal_is_refused() -> None:
    with pytest.raises(MechanismError, match="no crystal pose of 'verdinexor'"):
        displacement("verdinexor")
