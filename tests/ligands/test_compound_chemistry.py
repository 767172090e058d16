"""What the thiol does to every compound of the table, written by hand from the literature."""

from __future__ import annotations

import pytest
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts, flat_adduct, steps_of
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand
from workbench.tables import compounds

ARYL = "c2cc(C(F)(F)F)cc(C(F)(F)F)c2"
POLYKETIDE = (
    "C(=C/[C@H](C)C/C=C/C(=C/[C@@H](C)C(=O)[C@@H](C)[C@H](O)[C@@H](C)C/C(C)=C/C(=O)O)/C)"
    "/C=C/[C@@H]1OC(=O)C=[CH:1][C@@H]1C"
)
TWO = ("bR", "bS")
FOUR = ("bR_aR", "bR_aS", "bS_aR", "bS_aS")
FLAT = ("flat",)

# name, warhead, attacked atom as :1 (both of an undecided or symmetrical pair), diastereomers
EXPECTED = [
    (
        "selinexor",
        "triazolyl acrylohydrazide",
        f"O=C(/C=[CH:1]\\n1cnc(-{ARYL})n1)NNc1cnccn1",
        TWO,
    ),
    (
        "eltanexor",
        "triazolyl acrylamide",
        f"NC(=O)/C(=[CH:1]/n1cnc(-{ARYL})n1)c1cncnc1",
        FOUR,
    ),
    (
        "verdinexor",
        "triazolyl acrylohydrazide",
        f"O=C(/C=[CH:1]\\n1cnc(-{ARYL})n1)NNc1ccccn1",
        TWO,
    ),
    (
        "KPT-185",
        "triazolyl acrylate",
        "CC(C)OC(=O)/C=[CH:1]\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1",
        TWO,
    ),
    ("KPT-251", "triazolyl vinyl oxadiazole", f"c1nnc(o1)/C=[CH:1]\\n1cnc(-{ARYL})n1", TWO),
    (
        "KPT-276",
        "triazolyl acrylamide",
        f"O=C(/C=[CH:1]\\n1cnc(-{ARYL})n1)N1CC(F)(F)C1",
        TWO,
    ),
    (
        "PKF050-638",
        "triazolyl acrylate",
        "CCOC(=O)/C=[CH:1]\\n1ncnc1-c1cc(Cl)ccc1N",
        TWO,
    ),
    (
        # which of its two carbons is not known
        "felezonexor",
        "substituted maleimide",
        "C[C:1]1=[C:1](COCCC(C)(C)C)C(=O)N(Nc2ccc(C(F)(F)F)c(Cl)n2)C1=O",
        FOUR,
    ),
    ("leptomycin B", "unsaturated delta-lactone", f"CC/{POLYKETIDE}", TWO),
    ("leptomycin A", "unsaturated delta-lactone", f"C/{POLYKETIDE}", TWO),
    (
        "ratjadone A (flat)",
        "unsaturated delta-lactone",
        "CC=CC1OC(CC(O)C1C)C(O)C=CC=C(C)CC(C)C=C(C)C=CC1C[CH:1]=CC(=O)O1",
        FLAT,
    ),
    (
        "anguinomycin A (flat)",
        "unsaturated delta-lactone",
        "CC(CC=CC(=CC(C)C(=O)C(C)C(C(C)CC(=CC(=O)O)C)O)C)C=C(C)C=CC1C[CH:1]=CC(=O)O1",
        FLAT,
    ),
    (
        "goniothalamin",
        "unsaturated delta-lactone",
        "O=C1C=[CH:1]C[C@@H](O1)/C=C/c1ccccc1",
        TWO,
    ),
    # the hydroquinone is flat: no new stereocentre
    ("plumbagin", "para-quinone", "CC1=[CH:1]C(=O)c2c(O)cccc2C1=O", ("single",)),
    (
        "oridonin",
        "alpha-methylene ketone",
        "CC1(C)CC[C@H](O)[C@@]23CO[C@@](O)([C@@H](O)[C@H]12)[C@]12[C@H](O)[C@@H](CC[C@H]31)"
        "C(=[CH2:1])C2=O",
        ("aR", "aS"),
    ),
    (
        "curcumin",
        "enone",
        "COc1cc(/[CH:1]=C/C(=O)CC(=O)/C=[CH:1]/c2ccc(O)c(OC)c2)ccc1O",
        TWO,
    ),
    (
        # the ring's C2=C3 is the thiol-reactive one
        "piperlongumine",
        "unsaturated imide",
        "COc1cc(/C=C/C(=O)N2CC[CH:1]=CC2=O)cc(OC)c1OC",
        TWO,
    ),
    (
        # C9
        "15d-PGJ2",
        "cross-conjugated cyclopentenone",
        "CCCCC/C=C/C=C/1\\[C@H]([CH:1]=CC1=O)C/C=C\\CCCC(=O)O",
        TWO,
    ),
    # the table leaves the sulfoxide's configuration open
    ("sulforaphene", "isothiocyanate", "CS(=O)/C=C/CCN=[C:1]=S", FLAT),
    ("LFS-829", "isothiocyanate", "S=[C:1]=NCC/C=C/S(=O)c1cc(C(F)(F)F)cc(C(F)(F)F)c1", FLAT),
    ("sulforaphane", "isothiocyanate", "CS(=O)CCCCN=[C:1]=S", FLAT),
    ("N-ethylmaleimide", "maleimide", "CCN1C(=O)[CH:1]=[CH:1]C1=O", TWO),
]
# no adduct: verdict and a word of the reason
WITHOUT = [
    ("1'-acetoxychavicol acetate", "unsupported_warhead", "quinone methide precursor"),
    ("ligand G6U of 7CND (probably NCI-1)", "no_warhead", "noncovalent"),
]


def test_every_compound_is_expected() -> None:
    named = {load_ligand(name).name for name, *_ in EXPECTED} | {name for name, *_ in WITHOUT}
    assert named == {c.name for c in compounds() if c.kind != "bound_form"}


def marked(ligand: Ligand, index: int) -> str:
    """Return the drug's SMILES with one atom marked."""
    mol = Chem.Mol(ligand.mol)
    mol.GetAtomWithIdx(index).SetAtomMapNum(1)
    return Chem.MolToSmiles(mol)


def candidates(smiles: str) -> set[str]:
    """Return the SMILES with each of the marked atoms in turn the only one."""
    mol = Chem.MolFromSmiles(smiles)
    places = [a.GetIdx() for a in mol.GetAtoms() if a.GetAtomMapNum()]
    found = set()
    for place in places:
        one = Chem.Mol(mol)
        for index in places:
            one.GetAtomWithIdx(index).SetAtomMapNum(int(index == place))
        found.add(Chem.CanonSmiles(Chem.MolToSmiles(one)))
    return found


@pytest.mark.parametrize(
    ("name", "warhead", "smiles", "labels"), EXPECTED, ids=[row[0] for row in EXPECTED]
)
def test_warhead_attacked_atom_and_diastereomers(
    name: str, warhead: str, smiles: str, labels: tuple[str, ...]
) -> None:
    ligand = load_ligand(name)
    assert ligand.warhead is not None, ligand.warhead_problem
    assert ligand.warhead.name == warhead
    assert Chem.CanonSmiles(marked(ligand, ligand.warhead.reactive_atom_index)) in candidates(
        smiles
    )
    if labels == FLAT:
        assert any("stereo" in warning.casefold() for warning in ligand.warnings)
        with pytest.raises(LigandError, match="undefined"):
            enumerate_adducts(ligand)
        adducts = (flat_adduct(ligand),)
    else:
        adducts = enumerate_adducts(ligand)
    assert tuple(adduct.label for adduct in adducts) == labels
    for adduct in adducts:
        carbon = adduct.mol.GetAtomWithIdx(adduct.reactive_atom_index)
        assert adduct.sg_index in [n.GetIdx() for n in carbon.GetNeighbors()]
        assert [old for old, _ in adduct.atom_pairs] == list(range(ligand.mol.GetNumAtoms()))


@pytest.mark.parametrize(("name", "verdict", "reason"), WITHOUT)
def test_compounds_without_an_adduct_say_why(name: str, verdict: str, reason: str) -> None:
    ligand = load_ligand(name)
    assert (ligand.warhead, ligand.warhead_verdict) == (None, verdict)
    assert reason in ligand.warhead_problem
    with pytest.raises(LigandError, match=reason):
        enumerate_adducts(ligand)


def test_the_warhead_of_a_probably_noncovalent_drug_is_only_taken_on_request() -> None:
    by_name = load_ligand("G6U")
    by_structure = load_ligand(by_name.smiles)
    for ligand in (by_name, by_structure):
        assert ligand.warhead is None
        assert any("noncovalent (probable)" in warning for warning in ligand.warnings)
        assert [match.name for match in ligand.other_warheads] == ["vinyl sulfoxide"]
    for choice in ("vinyl sulfoxide", str(by_name.other_warheads[0].reactive_atom_index)):
        ligand = load_ligand("G6U", warhead=choice)
        assert ligand.warhead is not None
        assert marked(ligand, ligand.warhead.reactive_atom_index) in candidates(
            "CC(C)CCNC/[CH:1]=C/S(=O)c1cc(cc(c1)C(F)(F)F)C(F)(F)F"
        )
        assert flat_adduct(ligand).label == "flat"


def test_an_isothiocyanate_gives_a_dithiocarbamate() -> None:
    for name in ("sulforaphane", "sulforaphene", "LFS-829"):
        adduct = flat_adduct(load_ligand(name))
        product = Chem.MolFromSmarts("[CX4][SX2][CX3](=[SX1])[NX3;H1][CX4]")
        assert len(adduct.mol.GetSubstructMatches(product)) == 1


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("selinexor", []),
        ("leptomycin B", ["lactone hydrolysis"]),
        ("goniothalamin", ["lactone hydrolysis"]),
        ("plumbagin", ["hydroquinone re-oxidation"]),
        ("N-ethylmaleimide", []),
    ],
)
def test_what_follows(name: str, steps: list[str]) -> None:
    for adduct in enumerate_adducts(load_ligand(name)):
        assert [step.name for step in steps_of(adduct)] == steps
