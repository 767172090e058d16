"""Salts, charges, tautomers and open stereo: what is changed is right, and it is said."""

from __future__ import annotations

import pytest
from rdkit import Chem
from rdkit.Chem.EnumerateStereoisomers import EnumerateStereoisomers, StereoEnumerationOptions

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand, load_ligands
from workbench.ligands.standardise import salt_of
from workbench.settings import LigandSettings
from workbench.tables import charge_corrections, salts

TAIL = "/C=C\\n1cnc(-c2ccccc2)n1"
DRUG = f"CNCCOC(=O){TAIL}"
ION = f"C[NH2+]CCOC(=O){TAIL}"


def same(first: str, second: str) -> bool:
    return Chem.CanonSmiles(first) == Chem.CanonSmiles(second)


def at_ph(smiles: str, ph: float = 7.4) -> str:
    return load_ligand(smiles, settings=LigandSettings(ph=ph)).smiles


@pytest.mark.parametrize(
    ("drawn", "left_out"),
    [
        (f"{DRUG}.Cl", ["counterion", "Cl (hydrogen chloride)"]),
        (f"{ION}.[Cl-]", ["[Cl-] (hydrogen chloride)"]),
        (f"{ION}.OC(=O)C(F)(F)F", ["trifluoroacetic acid"]),
        (f"{ION}.OC(=O)[C@H](O)[C@@H](O)C(=O)[O-]", ["tartaric acid"]),
        (f"{ION}.{ION}.[O-]S(=O)(=O)[O-]", ["sulfuric acid", "drawn 2 times"]),
        (f"{DRUG}.O.O.CCO", ["O (water, 2 times)", "solvent", "ethanol"]),
        (f"{ION}.F[P-](F)(F)(F)(F)F", ["hexafluorophosphate"]),
        (f"{DRUG}.OC(=O)/C=C/C(=O)O", ["fumaric or maleic acid"]),
    ],
)
def test_salts_and_solvents_are_left_out_and_named(drawn: str, left_out: list[str]) -> None:
    ligand = load_ligand(drawn)
    assert same(ligand.smiles, DRUG)
    told = " | ".join(ligand.warnings)
    assert all(part in told for part in left_out)


def test_sodium_salts_however_drawn_are_the_acid() -> None:
    acid = f"OC(=O){TAIL}"
    for drawn in (f"[Na+].[O-]C(=O){TAIL}", f"[Na]OC(=O){TAIL}", f"[O-]C(=O){TAIL}"):
        ligand = load_ligand(drawn)
        assert same(ligand.smiles, acid)
        assert "charges were neutralised" in " ".join(ligand.warnings)
        assert same(at_ph(drawn), f"[O-]C(=O){TAIL}")


def test_the_table_of_salts_is_distinct_and_found_again() -> None:
    for salt in salts():
        mol = Chem.MolFromSmiles(salt.smiles)
        assert salt_of(mol) == salt
        assert salt.kind in ("counterion", "solvent")
        assert salt.source
    assert salt_of(Chem.MolFromSmiles("c1ccccc1CCN")) is None


@pytest.mark.parametrize(
    ("drawn", "expected", "told"),
    [
        ("[NH3+]CC(=O)[O-]", "NCC(=O)O", "zwitterion"),
        # choline is a counterion; a nitrile chain beside it is the drug
        ("C[N+](C)(C)CCO.[Br-].CCCCCCC#N", "CCCCCCC#N", "choline"),
        (f"C[N+](C)(C)CCOC(=O){TAIL}", f"C[N+](C)(C)CCOC(=O){TAIL}", "permanent charge of +1"),
        ("C[N+](C)(C)CC(=O)[O-]", "C[N+](C)(C)CC(=O)[O-]", ""),
        ("C[N+](=O)[O-]", "C[N+](=O)[O-]", ""),
        ("C[S@@+]([O-])CC", "C[S@@+]([O-])CC", ""),
        ("CC(=O)[O-]", "CC(=O)O", "net charge -1 as drawn"),
    ],
)
def test_neutral_as_far_as_protons_go(drawn: str, expected: str, told: str) -> None:
    ligand = load_ligand(drawn)
    assert same(ligand.smiles, expected)
    assert told in " ".join(ligand.warnings)


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        # textbook charges at pH 7.4
        ("CC(=O)O", "CC(=O)[O-]"),
        ("CCN", "CC[NH3+]"),
        ("NCC(=O)O", "[NH3+]CC(=O)[O-]"),
        ("CCNC(N)=N", "CCNC(N)=[NH2+]"),
        ("c1c[nH]cn1", "c1c[nH]cn1"),
        ("c1ccncc1", "c1ccncc1"),
        ("c1ccc(-c2nnn[nH]2)cc1", "c1ccc(-c2nnn[n-]2)cc1"),
        ("CS(=O)(=O)O", "CS(=O)(=O)[O-]"),
        ("NNC(=O)c1ccncc1", "NNC(=O)c1ccncc1"),
        (DRUG, ION),
    ],
)
def test_charges_at_physiological_ph(drawn: str, expected: str) -> None:
    assert same(at_ph(drawn), expected)


def test_the_known_sines_are_neutral_at_physiological_ph() -> None:
    for name in ("selinexor", "eltanexor", "verdinexor", "KPT-185", "KPT-276"):
        assert at_ph(name) == load_ligand(name).smiles
    told = " ".join(load_ligand("selinexor", settings=LigandSettings(ph=7.4)).warnings)
    assert "acyl hydrazide N-H is kept neutral at pH 7.4" in told
    assert all(row.source and row.confidence for row in charge_corrections())


def test_charges_far_from_neutral_are_called_rough_and_keep_the_stereo() -> None:
    acid = "C[C@H](C(=O)O)OC(=O)/C=C\\n1cnc(-c2ccccc2)n1"
    ligand = load_ligand(acid, settings=LigandSettings(ph=12))
    assert same(ligand.smiles, acid.replace("C(=O)O)O", "C(=O)[O-])O"))
    assert "rough" in ligand.warnings[-1]


def test_tautomers_are_as_drawn_unless_asked_for() -> None:
    canonical = LigandSettings(tautomer="canonical")
    assert load_ligand("Oc1ccccn1").smiles == "Oc1ccccn1"
    pyridone = load_ligand("Oc1ccccn1", settings=canonical)
    assert pyridone.smiles == "O=c1cccc[nH]1"
    assert "O=c1cccc[nH]1 in place of Oc1ccccn1" in pyridone.warnings[0]
    for name in ("selinexor", "eltanexor", "KPT-185"):
        assert load_ligand(name, settings=canonical).smiles == load_ligand(name).smiles
    far = "O[C@H](C)CCc1ccc(O)nc1"
    kept = load_ligand(far, settings=canonical)
    assert same(kept.smiles, "O[C@H](C)CCc1ccc(=O)[nH]c1")


ISOMERS = [
    # counts from the textbook: meso forms count once
    ("CC(O)C(O)C", 3),
    ("OC(=O)C(O)C(O)C(=O)O", 3),
    ("OC1C(O)C(O)C(O)C(O)C1O", 9),
    ("CC1CCC(C)CC1", 2),
    ("CC=CC(O)C=CC", 4),
    ("OCC(O)C(O)C(O)C(O)C=O", 16),
    ("CS(=O)c1ccccc1", 2),
]


@pytest.mark.parametrize(("smiles", "count"), ISOMERS)
def test_every_isomer_comes_once(smiles: str, count: int) -> None:
    read = load_ligands(smiles, settings=LigandSettings(max_stereoisomers=100))
    assert len(read) == len({ligand.inchikey for ligand in read}) == count
    options = StereoEnumerationOptions(unique=True)
    peer = EnumerateStereoisomers(Chem.MolFromSmiles(smiles), options=options)
    assert {x.smiles for x in read} == {Chem.CanonSmiles(Chem.MolToSmiles(mol)) for mol in peer}
    assert [f"(isomer {k} of {count}: " in x.name for k, x in enumerate(read, 1)] == [True] * count


NEW = "CCC(C)OC(=O)C=Cn1cnc(-c2ccccc2)n1"


def test_open_stereo_is_enumerated_up_to_the_limit_or_refused() -> None:
    read = load_ligands(NEW, settings=LigandSettings(max_stereoisomers=4))
    labels = [ligand.name.split(": ")[1] for ligand in read]
    assert labels == ["R,E)", "R,Z)", "S,E)", "S,Z)"]
    for ligand in read:
        assert "one of 4 stereoisomers" in " ".join(ligand.warnings)
        assert len(enumerate_adducts(ligand)) == 2
    with pytest.raises(LigandError, match="4 stereoisomers, over the limit of 2"):
        load_ligands(NEW, settings=LigandSettings(max_stereoisomers=2))
    with pytest.raises(LigandError, match="up to 2048 stereoisomers"):
        load_ligands("CC(O)" * 11 + "C", settings=LigandSettings(max_stereoisomers=4000))
    with pytest.raises(LigandError, match="allene"):
        load_ligands("CC(F)C(=C=CC)C", settings=LigandSettings(max_stereoisomers=9))
    with pytest.raises(LigandError, match="4 ligands where one"):
        load_ligand(NEW, settings=LigandSettings(max_stereoisomers=4))


def test_an_open_centre_is_named_when_it_is_not_enumerated() -> None:
    ligand = load_ligand("CCC(C)OC(=O)/C=C\\n1cnc(-c2ccccc2)n1")
    assert "undefined: stereocentre at atom 2" in ligand.warnings[0]
    assert "--max-stereoisomers" in ligand.warnings[0]
    with pytest.raises(LigandError, match="undefined"):
        enumerate_adducts(ligand)
