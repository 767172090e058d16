"""Which carbon the thiol attacks, and what is refused with which reason."""

from __future__ import annotations

import pytest
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.warheads import chosen_warhead, find_warheads
from workbench.tables import warheads

TRIAZOLE = "n1cnc(-c2ccccc2)n1"

# name, SMILES, warhead, SMILES of the molecule with the attacked carbon as the isotope 13C
SINES = [
    (
        "selinexor",
        "O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1",
        "triazolyl acrylohydrazide",
        "O=C(/C=[13CH]\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1",
    ),
    (
        "eltanexor",
        "NC(=O)/C(=C/n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)c1cncnc1",
        "triazolyl acrylamide",
        "NC(=O)/C(=[13CH]/n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)c1cncnc1",
    ),
    (
        "verdinexor",
        "O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1ccccn1",
        "triazolyl acrylohydrazide",
        "O=C(/C=[13CH]\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1ccccn1",
    ),
    (
        "KPT-185",
        "CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1",
        "triazolyl acrylate",
        "CC(C)OC(=O)/C=[13CH]\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1",
    ),
    (
        "KPT-251",
        "FC(F)(F)c1cc(cc(c1)C(F)(F)F)-c1ncn(/C=C\\c2nnco2)n1",
        "triazolyl vinyl oxadiazole",
        "FC(F)(F)c1cc(cc(c1)C(F)(F)F)-c1ncn(/[13CH]=C\\c2nnco2)n1",
    ),
    (
        "KPT-276",
        "O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)N1CC(F)(F)C1",
        "triazolyl acrylamide",
        "O=C(/C=[13CH]\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)N1CC(F)(F)C1",
    ),
    (
        "PKF050-638",
        "CCOC(=O)/C=C\\n1ncnc1-c1cc(Cl)ccc1N",
        "triazolyl acrylate",
        "CCOC(=O)/C=[13CH]\\n1ncnc1-c1cc(Cl)ccc1N",
    ),
    ("acid", f"OC(=O)/C=C\\{TRIAZOLE}", "triazolyl acrylate", f"OC(=O)/C=[13CH]\\{TRIAZOLE}"),
    (
        "carboxylate",
        f"[O-]C(=O)/C=C\\{TRIAZOLE}",
        "triazolyl acrylate",
        f"[O-]C(=O)/C=[13CH]\\{TRIAZOLE}",
    ),
    ("ketone", f"CC(=O)/C=C\\{TRIAZOLE}", "triazolyl enone", f"CC(=O)/C=[13CH]\\{TRIAZOLE}"),
]


@pytest.mark.parametrize(("name", "smiles", "warhead", "marked"), SINES, ids=lambda x: str(x)[:12])
def test_the_carbon_that_bears_the_triazole_nitrogen_is_attacked(
    name: str, smiles: str, warhead: str, marked: str
) -> None:
    mol = Chem.MolFromSmiles(smiles)
    finding = find_warheads(mol)
    assert finding.verdict == "adduct"
    assert finding.problem == ""
    match = finding.matches[0]
    assert match.name == warhead
    mol.GetAtomWithIdx(match.reactive_atom_index).SetIsotope(13)
    assert Chem.CanonSmiles(Chem.MolToSmiles(mol)) == Chem.CanonSmiles(marked)
    bond = mol.GetBondBetweenAtoms(match.reactive_atom_index, match.partner_atom_index)
    assert bond.GetBondTypeAsDouble() == 2.0


@pytest.mark.parametrize(
    "smiles",
    [
        "c1ccccc1",
        "CC(=O)Oc1ccccc1C(=O)O",
        "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
        # the bound form of selinexor: its alkene is spent
        "c1cnc(cn1)NNC(=O)CCn2cnc(n2)c3cc(cc(c3)C(F)(F)F)C(F)(F)F",
        # a vinyl triazole without an acceptor
        f"C=C{TRIAZOLE}",
    ],
)
def test_molecules_without_an_electrophile(smiles: str) -> None:
    finding = find_warheads(Chem.MolFromSmiles(smiles))
    assert finding.matches == ()
    assert finding.verdict == "no_warhead"


def test_two_warheads_are_ranked_and_the_user_chooses() -> None:
    two = f"C=CC(=O)NNC(=O)/C=C\\{TRIAZOLE}"
    finding = find_warheads(Chem.MolFromSmiles(two))
    assert [m.name for m in finding.matches] == ["triazolyl acrylohydrazide", "acrylamide"]
    assert chosen_warhead(finding.matches, "Acrylamide", "here") is finding.matches[1]
    index = finding.matches[1].reactive_atom_index
    assert chosen_warhead(finding.matches, str(index), "here") is finding.matches[1]
    with pytest.raises(LigandError, match="none of its warheads"):
        chosen_warhead(finding.matches, "quinone", "here")


def test_places_that_symmetry_makes_equal_count_once() -> None:
    finding = find_warheads(Chem.MolFromSmiles(f"O=C(/C=C\\{TRIAZOLE})NNC(=O)/C=C\\{TRIAZOLE}"))
    assert [m.name for m in finding.matches] == ["triazolyl acrylohydrazide"]


def test_a_pattern_that_matches_twice_at_one_double_bond_is_one_warhead() -> None:
    # the bis-acyl hydrazine and the acid anhydride match through either oxygen, the C=C is one
    anhydride = f"CC(=O)OC(=O)/C=C\\{TRIAZOLE}"
    assert find_warheads(Chem.MolFromSmiles(anhydride)).verdict == "adduct"


def test_the_table_is_sound() -> None:
    for warhead in warheads():
        pattern = Chem.MolFromSmarts(warhead.smarts)
        pair = (warhead.reactive_position, warhead.partner_position)
        assert pattern.GetBondBetweenAtoms(*pair) is not None
        if not warhead.modelled:
            assert warhead.refusal
            continue
        assert warhead.reference
        assert warhead.reversibility in ("reversible", "irreversible", "locked")
        for edit in warhead.edits:
            ends, change = edit.split(":")
            assert pattern.GetBondBetweenAtoms(*map(int, ends.split("-"))) is not None
            assert int(change) in (-1, 1)
