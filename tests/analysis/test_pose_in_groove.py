"""The shipped groove with the shipped reference poses: real coordinates through all checks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from workbench import geometry
from workbench.analysis.interactions import find_interactions
from workbench.analysis.reference import compare_to_reference
from workbench.analysis.validity import failed_checks
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.geometry import connectivity, equivalent_mappings
from workbench.ligands.molecules import Adduct, Pose
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_pose
from workbench.physics.assembly import bond
from workbench.physics.complex import Complex
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor

# The diastereomer that the placement decides (for KPT-185 and KPT-251 the one it leans to).
PLACED = {"KPT-185": "bR", "KPT-251": "bR", "KPT-276": "bS"}
PLACED |= {"eltanexor": "bS_aS", "selinexor": "bS"}
HYDROPHOBIC_WALL = {525, 544, 545, 548, 564, 565, 568, 569, 572}


def placed_on(receptor: Receptor, adduct: Adduct, drug: np.ndarray) -> Complex:
    """Return the bonded drug, its sulphur 1.82 angstrom from both carbons."""
    ca, cb, sg = receptor.coordinates[[receptor.find(528, name) for name in ("CA", "CB", "SG")]]
    for _ in range(500):
        for end in (drug[adduct.reactive_atom_index], cb):
            sg = end + 1.82 * geometry.unit(sg - end)
    points = np.empty((adduct.mol.GetNumAtoms(), 3))
    points[: adduct.n_drug_atoms] = drug
    points[[adduct.sg_index, adduct.cb_index, adduct.ca_index]] = sg, cb, ca
    return bond(receptor, Pose(adduct, points, 0.0, {}))


@pytest.fixture(scope="module", params=sorted(PLACED))
def reference_complex(request: pytest.FixtureRequest) -> Complex:
    name = request.param
    adduct = next(a for a in enumerate_adducts(load_ligand(name)) if a.label == PLACED[name])
    return placed_on(load_receptor("human-groove"), adduct, reference_pose(name).coordinates)


def test_reference_pose_against_itself_is_zero(reference_complex):
    adduct = reference_complex.adduct
    reference = reference_pose(adduct.ligand.name)
    drug = reference_complex.coordinates[reference_complex.drug_atoms]
    result = compare_to_reference(adduct, drug, reference)
    assert result.rmsd_angstrom < 1e-6
    assert result.core_rmsd_angstrom < 1e-6
    skeleton = connectivity(reference.mol)
    for order in equivalent_mappings(skeleton, skeleton):
        turned = compare_to_reference(adduct, drug[order], reference)
        assert turned.rmsd_angstrom < 1e-6


def test_reference_pose_has_sane_chemistry_and_no_threaded_ring(reference_complex):
    """An estimate in a rigid groove may touch a side chain; its bonds and hands are right.

    KPT-276 too: its component is drawn with an alkene, but the bond there is 1.52 A long.
    """
    assert set(failed_checks(reference_complex)) <= {"receptor_contacts"}
    mirror = replace(reference_complex, coordinates=reference_complex.coordinates * [-1, 1, 1])
    assert {"new_stereocentres", "receptor_chirality"} <= set(failed_checks(mirror))


def test_interactions_of_a_reference_pose(reference_complex):
    found = find_interactions(reference_complex)
    assert [i["residue"] for i in found if i["type"] == "covalent"] == ["CYS528"]
    hydrophobic = {int(i["residue"][3:]) for i in found if i["type"] == "hydrophobic"}
    assert len(hydrophobic & HYDROPHOBIC_WALL) >= 6
    n_drug = reference_complex.adduct.n_drug_atoms
    assert all(0 <= k < n_drug for i in found for k in i["ligand_atoms"])
    assert all(500 <= int(i["residue"][3:]) <= 600 for i in found)
