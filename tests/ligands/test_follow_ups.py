"""Opened lactones are the crystal's components, hydroquinones are oxidised, others stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem.rdChemReactions import ReactionFromSmarts

from workbench.analysis.reference import compare_to_reference
from workbench.errors import LigandError
from workbench.ligands import adducts as module
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


def adducts_of(name: str) -> tuple[Adduct, ...]:
    return enumerate_adducts(load_ligand(name))


# drug + H2O + C3H7NO2S, by hand
@pytest.mark.parametrize(
    ("name", "formula"), [("leptomycin B", "C36H57NO9S"), ("goniothalamin", "C16H21NO5S")]
)
def test_an_opened_lactone_takes_up_water_and_keeps_its_stereo(name: str, formula: str) -> None:
    for adduct in adducts_of(name):
        opened = after(adduct, "lactone hydrolysis")
        assert (opened.form, opened.formula) == ("hydrolysed", formula)
        n = adduct.n_drug_atoms
        assert opened.drug_atoms == (*adduct.drug_atoms, -1)
        assert opened.atom_pairs == adduct.atom_pairs
        assert (opened.sg_index, opened.cb_index, opened.ca_index) == (n + 1, n + 2, n + 3)
        tail = [opened.mol.GetAtomWithIdx(i) for i in range(n, n + 4)]
        hydrogens = [(a.GetSymbol(), a.GetTotalNumHs()) for a in tail]
        assert hydrogens == [("O", 1), ("S", 0), ("C", 2), ("C", 3)]
        acid = Chem.MolFromSmarts("[CX4]([SX2])[CX4][CX3](=O)[OX2H]")
        assert len(opened.mol.GetSubstructMatches(acid)) == 1
        # no bond to a stereocentre was broken: the neighbours keep their sense
        assert [c.atom_index for c in adduct.stereocentres] == [
            c.atom_index for c in opened.stereocentres
        ]
        for atom in opened.mol.GetAtoms():
            if int(atom.GetChiralTag()):
                old = adduct.mol.GetAtomWithIdx(atom.GetIdx() - (atom.GetIdx() > n))
                now = [a.GetIdx() - (a.GetIdx() > n) for a in atom.GetNeighbors()]
                assert now == [a.GetIdx() for a in old.GetNeighbors()]
                assert atom.GetChiralTag() == old.GetChiralTag()


@pytest.mark.parametrize(
    ("code", "name", "flat"),
    [
        ("LMB", "leptomycin B", False),
        ("RJA", "ratjadone A", True),
        ("AA8", "anguinomycin A", True),
        ("RJA", RATJADONE, False),
    ],
)
def test_the_opened_acid_is_the_component(code: str, name: str, flat: bool) -> None:
    for adduct in (flat_adduct(load_ligand(name)),) if flat else adducts_of(name):
        opened = after(adduct, "hydrolysed")
        # without the sulphur: the component's connectivity
        key = Chem.MolToInchiKey(opened.remnant())
        assert key.split("-")[0] == COMPONENTS[code].inchikey.split("-")[0]
        pose = reference_for_adduct(opened)
        assert (pose.ccd, pose.form) == (code, "hydrolysed")
        placed = pose.coordinates_for(opened.remnant())
        assert placed.shape[1:] == (opened.n_drug_atoms, 3)
        for bond in opened.remnant().GetBonds():
            ends = placed[0][bond.GetBeginAtomIdx()] - placed[0][bond.GetEndAtomIdx()]
            assert 1.1 < np.linalg.norm(ends) < 1.7
        assert compare_to_reference(opened, placed[0], pose).rmsd_angstrom == pytest.approx(0.0)


def test_the_stereo_of_the_component_is_asked_for() -> None:
    mirrored = RATJADONE.replace("@@", "#").replace("@", "@@").replace("#", "@")
    assert reference_for_adduct(after(adducts_of(mirrored)[0], "hydrolysed")) is None
    assert reference_for_adduct(adducts_of("leptomycin B")[0]).ccd == "LBF"


def test_a_flat_adduct_is_for_paper_only() -> None:
    flat = flat_adduct(load_ligand("ratjadone A"))
    # C28H40O5 + C3H7NO2S
    assert (flat.label, flat.stereocentres, flat.formula) == ("flat", (), "C31H47NO7S")
    assert after(flat, "hydrolysed").label == "flat"
    with pytest.raises(LigandError, match="undefined"):
        adducts_of("ratjadone A")
    with pytest.raises(LigandError, match="no shape to dock"):
        embed(flat, 2, seed=1)


def test_an_opened_lactone_can_be_given_a_shape() -> None:
    opened = after(adducts_of("goniothalamin")[0], "hydrolysed")
    shape = embed(opened, 2, seed=1)[0]
    gap = np.linalg.norm(shape[opened.sg_index] - shape[opened.reactive_atom_index])
    assert gap == pytest.approx(1.83, abs=0.04)


@pytest.mark.parametrize(
    ("name", "steps", "reversal"),
    [
        ("selinexor", [], True),
        ("leptomycin B", ["lactone hydrolysis"], True),
        ("plumbagin", ["hydroquinone re-oxidation"], None),
        ("N-ethylmaleimide", [], None),
        # a group has left
        ("ClCC(=O)NC", [], False),
    ],
)
def test_what_may_follow(name: str, steps: list[str], reversal: bool | None) -> None:
    for adduct in adducts_of(name):
        assert [step.name for step in steps_of(adduct)] == steps
        lines = what_may_follow(adduct)
        if reversal is not None:
            assert bool(lines and lines[0].startswith("reversal")) == reversal
        if not steps:
            with pytest.raises(LigandError, match="steps that do: none"):
                after(adduct, "lactone hydrolysis")


def test_a_hydrolysed_adduct_has_taken_its_last_step() -> None:
    opened = after(adducts_of("leptomycin B")[0], "hydrolysed")
    assert what_may_follow(opened) == ()
    with pytest.raises(LigandError, match="does not apply to the hydrolysed"):
        after(opened, "hydrolysed")


# quinone + cysteine - 2 H, the thiol where its C-H was
@pytest.mark.parametrize(
    ("quinone", "adduct", "oxidised", "formula"),
    [
        (
            # plumbagin
            "CC1=CC(=O)c2c(O)cccc2C1=O",
            "Cc1c(SC[C@H](N)C(=O)O)c(O)c2c(O)cccc2c1O",
            "CC1=C(SC[C@H](N)C(=O)O)C(=O)c2c(O)cccc2C1=O",
            "C14H13NO5S",
        ),
    ],
)
def test_a_hydroquinone_adduct_is_oxidised_to_the_thioquinone(
    quinone: str, adduct: str, oxidised: str, formula: str
) -> None:
    (first,) = adducts_of(quinone)
    assert first.smiles == Chem.CanonSmiles(adduct)
    done = after(first, "hydroquinone re-oxidation")
    assert (done.form, done.label, done.formula) == ("oxidised", "single", formula)
    assert done.smiles == Chem.CanonSmiles(oxidised)
    assert done.drug_atoms == first.drug_atoms
    assert reference_for_adduct(done) is None


def test_the_table_is_sound_and_an_unbalanced_step_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {warhead.name for warhead in warheads()}
    for step in follow_ups():
        assert set(step.applies_to) <= known
        assert step.reference and step.confidence
        assert ReactionFromSmarts(step.reaction).Validate(silent=True)[1] == 0
    wrong = tuple(replace(step, loses="O") for step in follow_ups())
    monkeypatch.setattr(module, "follow_ups", lambda: wrong)
    with pytest.raises(LigandError, match="does not balance"):
        after(adducts_of("goniothalamin")[0], "hydrolysed")
