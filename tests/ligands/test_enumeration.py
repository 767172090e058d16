"""Enumerated libraries: every molecule once, its alkene kept, its pairs as a chemist finds them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator
from rdkit.DataStructs import TanimotoSimilarity

from workbench.cli import main
from workbench.errors import LigandError
from workbench.ligands.enumeration import (
    Library,
    Product,
    cut_core,
    exchanges,
    labelled_group,
    read_building_blocks,
    shipped_groups,
)
from workbench.ligands.matched_pairs import matched_pair
from workbench.ligands.reading import load_ligand

HEADER = "position,name,smiles\n"


def library(core: str, table: str, folder: Path) -> Library:
    file = folder / "groups.csv"
    file.write_text(HEADER + table)
    return Library(labelled_group(core, "core", 0, "the core"), read_building_blocks(file).groups)


def shipped() -> Library:
    blocks = read_building_blocks(shipped_groups())
    return Library(blocks.cores["sine"], blocks.groups)


def keys(products: Iterable[Product]) -> set[str]:
    return {product.inchikey for product in products}


HALIDES = "".join(f"{p},g{s},[*:{p}]{s}\n" for p in (1, 2) for s in ("C", "F", "Cl"))
NESTED = (
    "1,methyl,[*:1]C\n1,ester,[*:1]C(=O)O[*:2]\n1,amide,[*:1]C(=O)N[*:2]\n"
    "2,ethyl,[*:2]CC\n2,hydrogen,[*:2][H]\n"
)
XYLENOLS = "Oc1cc(C)cc(C)c1 Oc1cc(C)cc(F)c1 Oc1cc(F)cc(F)c1 " + " ".join(
    f"Oc1cc(Cl)cc({other})c1" for other in ("C", "F", "Cl")
)
BENZENES = "Cc1ccccc1 CCOC(=O)c1ccccc1 OC(=O)c1ccccc1 CCNC(=O)c1ccccc1 NC(=O)c1ccccc1"
ENANTIOMERS = "1,r,[*:1][C@H](C)N\n1,s,[*:1][C@@H](C)N\n"
SMALL = [
    # two places of a symmetric ring and 3 groups: 3 * 4 / 2 molecules, as Polya counts
    ("Oc1cc([*:1])cc([*:2])c1", HALIDES, 9, XYLENOLS),
    # groups on groups
    ("c1ccccc1[*:1]", NESTED, 5, BENZENES),
    ("[*:1]c1ccccc1", ENANTIOMERS, 2, "C[C@H](N)c1ccccc1 C[C@@H](N)c1ccccc1"),
]


@pytest.mark.parametrize(("core", "rows", "size", "expected"), SMALL)
def test_every_molecule_comes_once(
    core: str, rows: str, size: int, expected: str, tmp_path: Path
) -> None:
    made = library(core, rows, tmp_path)
    products, wanted = list(made.products()), expected.split()
    assert (made.size, len(products)) == (size, len(wanted))
    assert keys(products) == {Chem.MolToInchiKey(Chem.MolFromSmiles(text)) for text in wanted}


def test_the_drugs_of_the_class_are_in_the_shipped_library() -> None:
    names = ("selinexor", "verdinexor", "eltanexor", "KPT-185", "KPT-251", "KPT-276")
    blocks = read_building_blocks(shipped_groups())
    groups = dict(blocks.groups)
    groups[1] = tuple(g for g in groups[1] if g.name.endswith("3,5"))
    for ring in (5, 6):
        aryl = ("trifluoromethyl", "methoxy")
        groups[ring] = tuple(g for g in groups[ring] if g.name in aryl)
    found = keys(Library(blocks.cores["sine"], groups).products())
    assert {load_ligand(name).inchikey for name in names} <= found


def test_the_alkene_stays_as_it_is_drawn() -> None:
    pattern = Chem.MolFromSmarts("n[CH]=[CH]C(=O)")
    seen = 0
    for product in shipped().random(60, seed=4):
        mol = Chem.MolFromSmiles(product.smiles)
        for match in mol.GetSubstructMatches(pattern):
            bond = mol.GetBondBetweenAtoms(match[1], match[2])
            assert bond.GetStereo() == Chem.BondStereo.STEREOZ, product.smiles
            seen += 1
    assert seen > 30


def test_a_random_pick_is_the_same_for_a_seed_and_draws_each_number_once(tmp_path: Path) -> None:
    first, again, other = ([p.number for p in shipped().random(50, seed)] for seed in (1, 1, 2))
    assert first == again != other and len(set(first)) == 50
    rows = "".join(f"1,c{n},[*:1]{'C' * n}\n" for n in range(1, 38))
    made = library("O[*:1]", rows, tmp_path)
    assert sorted(p.number for p in made.random(1000, seed=3)) == list(range(37))


def test_a_diverse_pick_is_farther_apart_than_a_random_one() -> None:
    generator = GetMorganGenerator(radius=2, fpSize=2048)

    def nearest(products: list[Product]) -> float:
        prints = [generator.GetFingerprint(Chem.MolFromSmiles(p.smiles)) for p in products]
        return max(TanimotoSimilarity(a, b) for a, b in itertools.combinations(prints, 2))

    assert nearest(shipped().diverse(25, 1)) < nearest(list(shipped().random(25, 1))) - 0.1


def test_pairs_are_those_that_the_common_core_shows(tmp_path: Path) -> None:
    rows = "1,phenyl,[*:1]c1ccccc1\n1,pyridyl,[*:1]c1ccncc1\n2,methoxy,[*:2]OC\n2,amino,[*:2]N\n"
    made = library("[*:1]c1ncn(/C=C\\C(=O)[*:2])n1", rows, tmp_path)
    pairs = list(exchanges(list(made.products())))
    # the four corners of a square have four edges
    assert len(pairs) == 4
    for pair in pairs:
        found = matched_pair(load_ligand(pair.first.smiles), load_ligand(pair.second.smiles))
        assert len(found.changes) == 1 and not found.turned_bonds


@pytest.mark.parametrize(
    ("smarts", "groups", "expected"),
    [
        (
            "O=CN[NH:1]",
            "[*:1]c1ccccc1",
            "O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1ccccc1",
        ),
        # a hydrogen of the pyrazine is replaced
        (
            "NNc1cn[cH:1]cn1",
            "[*:1]F",
            "O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnc(F)cn1",
        ),
    ],
)
def test_a_core_is_cut_out_of_a_drug(smarts: str, groups: str, expected: str) -> None:
    mol = Chem.RemoveHs(load_ligand("selinexor").mol)
    core = cut_core(mol, smarts, "selinexor")
    made = Library(core, {1: (labelled_group(groups, "group", 1, "here"),)})
    assert keys(made.products()) == {Chem.MolToInchiKey(Chem.MolFromSmiles(expected))}


@pytest.mark.parametrize(
    ("smarts", "told"),
    [
        ("c1ccccc1", "needs labels"),
        ("[c:1", "is no SMARTS"),
        ("[Br:1]", "not found"),
        ("*~[cH:1]~*", "more ways than one"),
        ("C(=O)N[NH][c:1]1cnccn1", "no single group and no hydrogen"),
    ],
)
def test_cores_that_are_refused(smarts: str, told: str) -> None:
    mol = Chem.RemoveHs(load_ligand("selinexor").mol)
    with pytest.raises(LigandError, match=told):
        cut_core(mol, smarts, "selinexor")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,smiles\nx,C\n", "columns must be"),
        (HEADER, "holds no group"),
        (HEADER + "1,x,CC\n", r"no \[\*:1\]"),
        (HEADER + "one,x,[*:1]C\n", "neither 'core' nor a number"),
        (HEADER + "100,x,[*:1]C\n", "neither 'core' nor a number"),
        (HEADER + "1,x,[*:1]C(\n", "line 2"),
        (HEADER + "1,x,[*:1]C.[*:2]C\n", "several pieces"),
        (HEADER + "1,x,[*:1]=C\n", "one single bond"),
        (HEADER + "1,x,[*:1]C*\n", "needs a label"),
        (HEADER + "1,x,[*:1]C[*:1]\n", "comes twice"),
        (HEADER + "1,x,[*:1][CH2:2]C\n", "no \\*"),
        (HEADER + "1,x\n", "fewer cells"),
        (HEADER + "core,x,C[*:1]\ncore,x,N[*:1]\n1,y,[*:1]C\n", "second core"),
        (HEADER + "1,\x00,[*:1]C\n", "NUL"),
    ],
)
def test_tables_that_are_refused(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(text)
    with pytest.raises(LigandError, match=told):
        read_building_blocks(file)


@pytest.mark.parametrize(
    ("core", "table", "told"),
    [
        ("CC", "1,x,[*:1]C\n", "no labelled atom"),
        ("C[*:2]", "1,x,[*:1]C\n", "no group hangs there"),
        ("C[*:1]", "1,x,[*:1]C[*:2]\n2,y,[*:2]C[*:1]\n", "comes twice"),
        ("[*:1]C[*:2]", "1,x,[*:1]C[*:3]\n2,y,[*:2]C[*:3]\n3,z,[*:3]F\n", "comes twice"),
        ("[*:1]C[*:3]", "1,x,[*:1]C[*:3]\n3,z,[*:3]F\n", "comes twice"),
    ],
)
def test_libraries_that_are_refused(core: str, table: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(LigandError, match=told):
        library(core, table, tmp_path)


def test_the_command_writes_a_library_and_its_pairs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, pairs = tmp_path / "sine.csv", tmp_path / "pairs.csv"
    words = ["enumerate", "sine", "--count", "30", "--pick", "random", "--out", str(out)]
    assert main([*words, "--pairs", str(pairs)]) == 0
    assert "30 molecules of 17480 combinations" in capsys.readouterr().out
    assert len(out.read_text().splitlines()) == 31
    assert out.read_text().startswith("smiles,name,inchikey,R1,R2,R3,R4,R5,R6,R7\n")
    assert pairs.read_text().startswith("first,second,position,taken_out,put_in,change_of_mol")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["enumerate", "sine", "--out", "x.pdf"], "--out ends in .smi or .csv"),
        (["enumerate", "benzene", "--out", "x.smi"], "is no core: the table has sine"),
        (["enumerate", "C[*:50]", "--out", "x.smi"], "no group hangs there"),
        (["enumerate", "sine", "--groups", "none.csv", "--out", "x.smi"], "does not exist"),
        (["enumerate", "sine", "--count", "3", "--out", "none/x.smi"], "none"),
    ],
)
def test_commands_that_are_refused(
    words: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
