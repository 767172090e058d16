"""The open grooves that differ in one side chain of the lining."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem.rdMolTransforms import GetDihedralDeg
from structure_cases import bond_lengths, heavy_positions, rdkit_mol

from workbench.errors import ReceptorError
from workbench.ligands.reference_poses import reference_pose
from workbench.pipeline import summarising
from workbench.structures.contacts import clashing_pairs
from workbench.structures.embedded import ensemble_names, read_embedded
from workbench.structures.ensemble import groove_ensemble, groove_rotamers
from workbench.structures.facts import groove_facts
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor

MEMBERS = ensemble_names()[1:]

STAGGERED = {
    # dihedrals about bonds between two tetrahedral carbons
    "GLU": ["N CA CB CG", "CA CB CG CD"],
    "ILE": ["N CA CB CG1", "CA CB CG1 CD1"],
    "LYS": ["N CA CB CG", "CA CB CG CD", "CB CG CD CE", "CG CD CE NZ"],
}


@pytest.fixture(params=MEMBERS)
def member(request: pytest.FixtureRequest) -> Receptor:
    return load_receptor(request.param)


@pytest.fixture(scope="module")
def base() -> Receptor:
    return load_receptor("human-groove")


def turned_residue(member: Receptor) -> tuple[str, int]:
    name, number = member.provenance["rotamer"]["residue"].split()
    return name, int(number)


def side_chain(receptor: Receptor, number: int) -> np.ndarray:
    backbone = ("N", "CA", "C", "O", "CB")
    return np.array(
        [
            position
            for (n, name, atom), position in heavy_positions(receptor).items()
            if n == number and name not in ("ACE", "NME") and atom not in backbone
        ]
    )


def shape_difference(one: np.ndarray, other: np.ndarray) -> float:
    distances = np.linalg.norm(one[:, None] - other[None], axis=2)
    return float(distances.min(axis=1).max())


def test_the_ensemble_is_small_and_holds_its_base() -> None:
    assert ensemble_names()[0] == "human-groove"
    assert 3 <= len(ensemble_names()) <= 6
    assert {"human-groove-glu529", "human-groove-lys537"} <= set(MEMBERS)


def test_only_one_side_chain_of_the_lining_differs(member: Receptor, base: Receptor) -> None:
    name, number = turned_residue(member)
    assert number in groove_facts().lining and number != 528
    before, after = heavy_positions(base), heavy_positions(member)
    assert list(before) == list(after)
    moved = {key for key in before if np.linalg.norm(after[key] - before[key]) > 1e-6}
    assert moved and {key[:2] for key in moved} == {(number, name)}
    assert not {key[2] for key in moved} & {"N", "CA", "C", "O", "CB"}


def test_a_member_is_another_rotamer_and_another_shape(member: Receptor, base: Receptor) -> None:
    name, number = turned_residue(member)
    turns = []
    for names in STAGGERED[name]:
        quartet = [base.find(number, atom) for atom in names.split()]
        angles = [GetDihedralDeg(rdkit_mol(r).GetConformer(), *quartet) for r in (base, member)]
        turns.append(abs((angles[1] - angles[0] + 180) % 360 - 180))
    assert max(turns) > 80
    places = [side_chain(r, number) for r in (member, base)]
    assert shape_difference(*places) > 2.0


def test_a_member_is_sound(member: Receptor) -> None:
    assert member.reactive_address() == "A:528:SG" and member.groove_state == "open"
    Chem.SanitizeMol(rdkit_mol(member))
    pairs = clashing_pairs(member.atoms, member.coordinates, member.bonds)
    assert len(pairs) == 0
    lengths = bond_lengths(member)
    assert max(lengths[frozenset("C")]) < 1.62
    assert min(lengths[frozenset("CH")]) > 1.05 and max(lengths[frozenset("CH")]) < 1.13


def test_a_member_says_where_it_comes_from(member: Receptor) -> None:
    record = member.provenance["rotamer"]
    assert record["packing_energy_kcal_per_mol"] <= 2.0
    assert "make_groove_ensemble" in member.provenance["command"]
    assert member.provenance["licence"] == "CC-BY-4.0"
    assert "another rotamer" in member.changes[-1]
    # it lies in the frame of the reference poses
    assert summarising.usable_reference(member, reference_pose("eltanexor")) is not None


@pytest.mark.parametrize(
    ("number", "drug"), [(529, "eltanexor"), (529, "KPT-276"), (537, "eltanexor")]
)
def test_the_tails_of_the_deposited_drugs_get_room(base: Receptor, number: int, drug: str) -> None:
    """Glu529 and Lys537 of the model lie where these tails are; the members' do not."""
    reference = reference_pose(drug)
    assert reference is not None
    member = next(r for r in map(load_receptor, MEMBERS) if turned_residue(r)[1] == number)
    nearest = [
        np.linalg.norm(side_chain(r, number)[:, None] - reference.coordinates, axis=2).min()
        for r in (base, member)
    ]
    assert nearest[0] < 2.2
    assert nearest[1] > nearest[0] + 1.0


def test_remaking_gives_the_shipped_members(base: Receptor) -> None:
    made = {
        f"human-groove-{m.rotamer.name.lower()}{m.rotamer.number}": m.receptor
        for m in groove_ensemble(base)
    }
    assert tuple(sorted(made)) == MEMBERS
    for name, receptor in made.items():
        shipped = read_embedded(name)
        assert receptor.changes == shipped.changes
        np.testing.assert_allclose(receptor.coordinates, shipped.coordinates, atol=0.05)


def test_the_lining_of_another_protein_is_unknown(base: Receptor) -> None:
    with pytest.raises(ReceptorError, match="human numbering"):
        groove_rotamers(replace(base, numbering="entry"))
