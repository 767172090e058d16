"""Ligand strain: zero at the minimum, what a twist costs, and the same energy as RDKit's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from physics_cases import adduct_of, rdkit_energy
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers, rdMolTransforms

from workbench.errors import PhysicsError
from workbench.ligands.conformers import conformers
from workbench.physics.assembly import drug_hydrogens, protonated, with_conformer
from workbench.physics.complex import Complex
from workbench.physics.minimization import MinimisedComplex
from workbench.physics.mmff import build_mmff
from workbench.physics.strain import FreeAdduct, StrainReference


@pytest.fixture(scope="module")
def reference() -> StrainReference:
    return StrainReference(adduct_of("selinexor", "bS"), n_conformers=12, seed=1, n_hops=30)


def in_complex(bonded: Complex, full: Chem.Mol) -> Complex:
    """Return a complex whose adduct has the shape of a free molecule (clashes do not matter)."""
    adduct, points = bonded.adduct, bonded.coordinates.copy()
    shape = full.GetConformer().GetPositions()
    points[bonded.drug_atoms] = shape[: adduct.n_drug_atoms]
    hydrogens = drug_hydrogens(full, adduct)
    first = int(bonded.drug_atoms[-1]) + 1
    points[first : first + len(hydrogens)] = shape[hydrogens]
    for mine, theirs in (
        (bonded.sg, adduct.sg_index),
        (bonded.cb, adduct.cb_index),
        (bonded.ca, adduct.ca_index),
    ):
        points[mine] = shape[theirs]
    return replace(bonded, coordinates=points)


def relaxed_by_rdkit(full: Chem.Mol, held: Iterable[int] = ()) -> float:
    """Relax a molecule in place with RDKit's MMFF94s (4r) and return its energy."""
    properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(full, mmffVariant="MMFF94s")
    properties.SetMMFFDielectricModel(2)
    properties.SetMMFFDielectricConstant(4.0)
    field = rdForceFieldHelpers.MMFFGetMoleculeForceField(full, properties)
    field.Initialize()
    for atom in held:
        field.AddFixedPoint(atom)
    while field.Minimize(maxIts=500, forceTol=1e-5, energyTol=1e-8):
        pass
    return float(field.CalcEnergy())


def test_a_local_minimum_is_strained_by_its_height(
    reference: StrainReference, selinexor: Complex
) -> None:
    full = protonated(selinexor.adduct.mol, selinexor.heavy_coordinates())
    energy = relaxed_by_rdkit(full)
    found = reference.strain(in_complex(selinexor, full))
    assert found == pytest.approx(energy - reference.lowest_kcal_per_mol, abs=0.02)


def test_the_zero_is_the_lowest_of_rdkits_conformers(reference: StrainReference) -> None:
    adduct = reference.adduct
    found = conformers(adduct.mol, 12, 1)
    lowest = min(
        rdkit_energy(with_conformer(found.mol, points), "distance")[0]
        for points in found.coordinates
    )
    # Relaxing further in the same energy can only go down, and not far.
    assert lowest - 5.0 < reference.lowest_kcal_per_mol <= lowest + 1e-3


def test_the_search_finds_the_anti_form_of_butane() -> None:
    """From gauche, which lies 0.6 to 0.9 kcal/mol higher by experiment and theory."""
    butane = Chem.AddHs(Chem.MolFromSmiles("CCCC"))
    assert rdDistGeom.EmbedMolecule(butane, randomSeed=1) == 0
    rdMolTransforms.SetDihedralDeg(butane.GetConformer(), 0, 1, 2, 3, 65.0)
    free = FreeAdduct(butane, build_mmff(butane).system)
    gauche = free.relaxed(butane.GetConformer().GetPositions())
    start = free.energy(gauche)
    found = free.lowest_minima(gauche[None], 10, 1)
    assert 0.5 < start - found[0] < 1.0
    assert (found == free.lowest_minima(gauche[None], 10, 1)).all()
    assert free.lowest_minima(gauche[None], 0, 1) == pytest.approx([start], abs=1e-3)


def test_mirror_images_have_one_energy(reference: StrainReference) -> None:
    """The fragments of selinexor bR and bS are enantiomers: MMFF must not tell them apart."""
    found = conformers(reference.adduct.mol, 2, 3)
    free = FreeAdduct(found.mol, build_mmff(found.mol).system)
    for points in found.coordinates:
        assert free.energy(points) == pytest.approx(free.energy(-points), abs=1e-6)


def test_the_strain_of_a_pose_is_rdkits_with_heavy_atoms_held(
    reference: StrainReference, selinexor_minimised: MinimisedComplex
) -> None:
    bonded = selinexor_minimised.bonded
    full = protonated(bonded.adduct.mol, bonded.heavy_coordinates())
    energy = relaxed_by_rdkit(full, held=range(bonded.adduct.mol.GetNumAtoms()))
    found = reference.strain(bonded)
    assert found == pytest.approx(energy - reference.lowest_kcal_per_mol, abs=0.02)
    assert 0.5 < found < 30 and reference.strain(bonded) == found


def test_another_adduct_is_refused(selinexor: Complex) -> None:
    other = StrainReference(adduct_of("selinexor", "bR"), n_conformers=2, seed=1, n_hops=0)
    with pytest.raises(PhysicsError, match=r"holds selinexor bS.*made for selinexor bR"):
        other.strain(selinexor)
