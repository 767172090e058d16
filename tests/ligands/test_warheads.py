"""Which carbon the thiol attacks, and what is refused with which reason."""

from __future__ import annotations

import pytest
from rdkit import Chem

from workbench.ligands.warheads import ELECTROPHILES, WARHEADS, find_warhead, other_electrophiles

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
    finding = find_warhead(mol)
    assert finding.verdict == "adduct"
    assert finding.problem == ""
    assert finding.match is not None
    assert finding.match.name == warhead
    mol.GetAtomWithIdx(finding.match.reactive_atom_index).SetIsotope(13)
    assert Chem.CanonSmiles(Chem.MolToSmiles(mol)) == Chem.CanonSmiles(marked)
    bond = mol.GetBondBetweenAtoms(
        finding.match.reactive_atom_index, finding.match.alpha_atom_index
    )
    assert bond.GetBondTypeAsDouble() == 2.0


@pytest.mark.parametrize(
    ("smiles", "named"),
    [
        ("O=C1C=CC[C@@H](O1)/C=C/c1ccccc1", "delta-lactone"),
        ("CCN1C(=O)C=CC1=O", "maleimide"),
        ("CC1=C(COCCC(C)(C)C)C(=O)N(Nc2ccc(C(F)(F)F)c(Cl)n2)C1=O", "maleimide"),
        ("CC1=CC(=O)c2c(O)cccc2C1=O", "quinone"),
        ("CS(=O)CCCCN=C=S", "isothiocyanate"),
        ("CS(=O)/C=C/CCN=C=S", "isothiocyanate"),
        ("C=CC(=O)Nc1ccccc1", "acrylamide"),
        ("COc1cc(/C=C/C(=O)CC(=O)/C=C/c2ccc(O)c(OC)c2)ccc1O", "enone"),
        ("N#CCC(=O)N1CCCC1", "nitrile"),
        ("N#C/C(=C\\C(C)C)C(=O)N", "cyano"),
        ("CC(C)CCNC/C=C/S(=O)c1ccccc1", "sulfoxide"),
        ("ClCC(=O)Nc1ccccc1", "haloacetyl"),
        ("C1OC1c1ccccc1", "epoxide"),
        ("O=Cc1ccccc1", "aldehyde"),
        ("CC#CC(=O)N1CCCC1", "propiolic"),
        # a pyrazole in the triazole's place, and a methyl on either carbon, are other chemistry
        ("CC(C)OC(=O)/C=C\\n1ccc(-c2ccccc2)n1", "acrylate"),
        (f"COC(=O)/C=C(C)\\{TRIAZOLE}", "acrylate"),
        (f"COC(=O)/C(C)=C\\{TRIAZOLE}", "acrylate"),
        (f"COC(=O)/C(C#N)=C\\{TRIAZOLE}", "cyano"),
        # the 1,2,4-triazol-4-yl isomer
        ("COC(=O)/C=C\\n1cnnc1", "acrylate"),
    ],
)
def test_other_electrophiles_are_refused_by_name(smiles: str, named: str) -> None:
    finding = find_warhead(Chem.MolFromSmiles(smiles))
    assert finding.match is None
    assert finding.verdict == "unsupported_warhead"
    assert named in finding.problem


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
    finding = find_warhead(Chem.MolFromSmiles(smiles))
    assert finding.match is None
    assert finding.verdict == "no_warhead"


def test_two_warheads_are_a_problem_and_not_a_silent_choice() -> None:
    two = f"O=C(/C=C\\{TRIAZOLE})NNC(=O)/C=C\\{TRIAZOLE}"
    finding = find_warhead(Chem.MolFromSmiles(two))
    assert finding.match is None
    assert finding.verdict == "unsupported_warhead"
    assert "2 warheads" in finding.problem


def test_a_pattern_that_matches_twice_at_one_double_bond_is_one_warhead() -> None:
    # the bis-acyl hydrazine and the acid anhydride match through either oxygen, the C=C is one
    anhydride = f"CC(=O)OC(=O)/C=C\\{TRIAZOLE}"
    assert find_warhead(Chem.MolFromSmiles(anhydride)).verdict == "adduct"


def test_a_second_electrophile_beside_the_warhead_is_named() -> None:
    mol = Chem.MolFromSmiles(f"N#Cc1ccccc1NC(=O)/C=C\\{TRIAZOLE}")
    finding = find_warhead(mol)
    assert finding.match is not None
    assert [e.name for e in other_electrophiles(mol, finding.match)] == ["nitrile"]


def test_the_table_is_sound() -> None:
    for warhead in WARHEADS:
        pattern = Chem.MolFromSmarts(warhead.smarts)
        pair = (warhead.reactive_position, warhead.alpha_position)
        assert pattern.GetBondBetweenAtoms(*pair) is not None
        assert warhead.reversible
        assert warhead.reference
    for electrophile in ELECTROPHILES:
        assert Chem.MolFromSmarts(electrophile.smarts) is not None
        assert electrophile.reason
