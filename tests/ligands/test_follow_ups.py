"""Opened lactones are the crystal's components; other adducts do not open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from workbench.analysis.reference import compare_to_reference
from workbench.errors import LigandError
from workbench.ligands.adducts import (
    after,
    enumerate_adducts,
    flat_adduct,
    steps_of,
    what_may_follow,
)
from workbench.ligands.conformers import embed
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_for_adduct
from workbench.tables import compounds, follow_ups, warheads

COMPONENTS = {c.pdb_ligand: c for c in compounds() if c.kind == "bound_form"}
# the intact drug with the stereo that component RJA shows, its lactone closed by hand
RATJADONE = (
    "C/C=C/[C@@H]1O[C@@H]([C@H](O)/C=C/C=C(\\C)C[C@@H](C)/C=C(C)\\C=C\\[C@H]2CC=CC(=O)O2)"
    "C[C@@H](O)[C@@H]1C"
)
# drug + H2O + C3H7NO2S, by hand
LACTONES = [
    ("leptomycin B", "C36H57NO9S"),
    ("leptomycin A", "C35H55NO9S"),
    ("goniothalamin", "C16H21NO5S"),
]


@pytest.mark.parametrize(("name", "formula"), LACTONES)
def test_an_opened_lactone_takes_up_water_and_can_still_be_docked(name: str, formula: str) -> None:
    for adduct in enumerate_adducts(load_ligand(name)):
        opened = after(adduct, "lactone hydrolysis")
        assert (opened.form, opened.formula) == ("hydrolysed", formula)
        n = adduct.n_drug_atoms
        assert opened.drug_atoms == (*adduct.drug_atoms, -1)
        assert opened.atom_pairs == adduct.atom_pairs
        assert (opened.sg_index, opened.cb_index, opened.ca_index) == (n + 1, n + 2, n + 3)
        assert opened.reactive_atom_index == adduct.reactive_atom_index
        water = opened.mol.GetAtomWithIdx(n)
        assert (water.GetSymbol(), water.GetTotalNumHs()) == ("O", 1)
        tail = [opened.mol.GetAtomWithIdx(i) for i in range(n + 1, n + 4)]
        assert [(a.GetSymbol(), a.GetTotalNumHs()) for a in tail] == [("S", 0), ("C", 2), ("C", 3)]
        acid = Chem.MolFromSmarts("[CX4]([SX2])[CX4][CX3](=O)[OX2H]")
        assert len(opened.mol.GetSubstructMatches(acid)) == 1
        check_stereo(adduct, opened)


def check_stereo(adduct: Adduct, opened: Adduct) -> None:
    """No bond to a stereocentre was broken: the neighbours keep their sense."""
    assert [c.atom_index for c in adduct.stereocentres] == [
        c.atom_index for c in opened.stereocentres
    ]
    water = adduct.n_drug_atoms

    def before(index: int) -> int:
        return index if index < water else index - 1

    for atom in opened.mol.GetAtoms():
        tag = atom.GetChiralTag()
        if atom.GetIdx() == water or not int(tag):
            continue
        old = adduct.mol.GetAtomWithIdx(before(atom.GetIdx()))
        now = [before(n.GetIdx()) for n in atom.GetNeighbors()]
        then = [n.GetIdx() for n in old.GetNeighbors()]
        assert now == then
        assert tag == old.GetChiralTag()


@pytest.mark.parametrize(
    ("code", "adducts"),
    [
        ("LMB", lambda: enumerate_adducts(load_ligand("leptomycin B"))),
        ("RJA", lambda: (flat_adduct(load_ligand("ratjadone A")),)),
        ("AA8", lambda: (flat_adduct(load_ligand("anguinomycin A")),)),
        ("RJA", lambda: enumerate_adducts(load_ligand(RATJADONE))),
    ],
)
def test_the_opened_acid_is_the_component(code: str, adducts: object) -> None:
    for adduct in adducts():  # type: ignore[operator]
        opened = after(adduct, "hydrolysed")
        # without the sulphur: the component's connectivity
        key = Chem.MolToInchiKey(opened.remnant())
        assert key.split("-")[0] == COMPONENTS[code].inchikey.split("-")[0]
        pose = reference_for_adduct(opened)
        assert pose is not None
        assert (pose.ccd, pose.form) == (code, "hydrolysed")
        placed = pose.coordinates_for(opened.remnant())
        assert placed.shape[1:] == (opened.n_drug_atoms, 3)
        for bond in opened.remnant().GetBonds():
            ends = placed[0][bond.GetBeginAtomIdx()] - placed[0][bond.GetEndAtomIdx()]
            assert 1.1 < np.linalg.norm(ends) < 1.7
        assert compare_to_reference(opened, placed[0], pose).rmsd_angstrom == pytest.approx(0.0)


def test_the_stereo_of_the_component_is_asked_for() -> None:
    mirrored = RATJADONE.replace("@@", "#").replace("@", "@@").replace("#", "@")
    opened = after(enumerate_adducts(load_ligand(mirrored))[0], "hydrolysed")
    assert reference_for_adduct(opened) is None
    intact = enumerate_adducts(load_ligand("leptomycin B"))[0]
    pose = reference_for_adduct(intact)
    assert pose is not None
    assert pose.ccd == "LBF"


def test_a_flat_adduct_is_for_paper_only() -> None:
    flat = flat_adduct(load_ligand("ratjadone A"))
    # C28H40O5 + C3H7NO2S
    assert (flat.label, flat.stereocentres, flat.formula) == ("flat", (), "C31H47NO7S")
    assert after(flat, "hydrolysed").label == "flat"
    with pytest.raises(LigandError, match="undefined"):
        enumerate_adducts(load_ligand("ratjadone A"))
    with pytest.raises(LigandError, match="no shape to dock"):
        embed(flat, 2, seed=1)
    drawn = {a.formula for a in enumerate_adducts(load_ligand(RATJADONE))}
    assert drawn == {flat.formula}


def test_an_opened_lactone_can_be_given_a_shape() -> None:
    opened = after(enumerate_adducts(load_ligand("goniothalamin"))[0], "hydrolysed")
    shapes = embed(opened, 2, seed=1)
    assert shapes.shape[1:] == (opened.mol.GetNumAtoms(), 3)
    gap = np.linalg.norm(shapes[0][opened.sg_index] - shapes[0][opened.reactive_atom_index])
    assert gap == pytest.approx(1.83, abs=0.04)


@pytest.mark.parametrize("name", ["selinexor", "KPT-185", "KPT-251"])
def test_other_adducts_do_not_open(name: str) -> None:
    adduct = enumerate_adducts(load_ligand(name))[0]
    assert steps_of(adduct) == ()
    with pytest.raises(LigandError, match="steps that do: none"):
        after(adduct, "lactone hydrolysis")
    (line,) = what_may_follow(adduct)
    assert line.startswith("reversal")


def test_a_hydrolysed_adduct_has_taken_its_last_step() -> None:
    adduct = enumerate_adducts(load_ligand("leptomycin B"))[0]
    first = [line.split(" (")[0].split(":")[0] for line in what_may_follow(adduct)]
    assert first == ["reversal", "lactone hydrolysis"]
    opened = after(adduct, "hydrolysed")
    assert what_may_follow(opened) == ()
    with pytest.raises(LigandError, match="does not apply to the hydrolysed"):
        after(opened, "hydrolysed")


# quinone + cysteine - 2 H, the thiol where its C-H was
@pytest.mark.parametrize(
    ("quinone", "adduct", "oxidised", "formula"),
    [
        (
            "plumbagin",
            "Cc1c(SC[C@H](N)C(=O)O)c(O)c2c(O)cccc2c1O",
            "CC1=C(SC[C@H](N)C(=O)O)C(=O)c2c(O)cccc2C1=O",
            "C14H13NO5S",
        ),
        (
            # menadione
            "CC1=CC(=O)c2ccccc2C1=O",
            "Cc1c(SC[C@H](N)C(=O)O)c(O)c2ccccc2c1O",
            "CC1=C(SC[C@H](N)C(=O)O)C(=O)c2ccccc2C1=O",
            "C14H13NO4S",
        ),
        (
            "O=C1C=CC(=O)C=C1",
            "Oc1ccc(O)c(SC[C@H](N)C(=O)O)c1",
            "O=C1C=CC(=O)C(SC[C@H](N)C(=O)O)=C1",
            "C9H9NO4S",
        ),
    ],
)
def test_a_hydroquinone_adduct_is_oxidised_to_the_thioquinone(
    quinone: str, adduct: str, oxidised: str, formula: str
) -> None:
    (first,) = enumerate_adducts(load_ligand(quinone))
    assert first.smiles == Chem.CanonSmiles(adduct)
    done = after(first, "hydroquinone re-oxidation")
    assert (done.form, done.label, done.formula) == ("oxidised", "single", formula)
    assert done.smiles == Chem.CanonSmiles(oxidised)
    assert done.drug_atoms == first.drug_atoms
    assert reference_for_adduct(done) is None


def test_nothing_follows_where_a_group_has_left() -> None:
    adduct = enumerate_adducts(load_ligand("ClCC(=O)NC"))[0]
    assert what_may_follow(adduct) == ()


def test_the_table_is_sound() -> None:
    known = {warhead.name for warhead in warheads()}
    for step in follow_ups():
        assert set(step.applies_to) <= known
        assert step.reference
        assert step.confidence
        assert step.edits
        assert step.edits == ("back",) or Chem.MolFromSmarts(step.smarts) is not None
    assert len({step.name for step in follow_ups()}) == len(follow_ups())


def test_an_unbalanced_step_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.ligands import adducts as module

    wrong = tuple(replace(step, loses="O") for step in follow_ups())
    monkeypatch.setattr(module, "follow_ups", lambda: wrong)
    with pytest.raises(LigandError, match="does not balance"):
        after(enumerate_adducts(load_ligand("goniothalamin"))[0], "hydrolysed")
