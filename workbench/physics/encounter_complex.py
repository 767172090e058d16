"""The encounter complex: the intact drug beside the free thiol, ready for the force field."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Ligand
from workbench.physics.assembling import joined_bonds, ligand_records, molecule
from workbench.physics.bonded_complex import reactive_cysteine
from workbench.physics.complex import EncounterComplex
from workbench.physics.fragment import check_stereo, with_conformer
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]


def place(receptor: Receptor, drug: Ligand, coordinates: FloatArray) -> EncounterComplex:
    """Put the intact drug into a receptor; its hydrogens are placed by geometry.

    Parameters
    ----------
    receptor
        Protonated, with Kekule bonds, formal charges and a free thiol.
    coordinates
        ``(n_drug, 3)`` angstrom, heavy atoms in the drug's order, in the receptor's frame.

    Raises
    ------
    PhysicsError
        When the receptor has no free thiol, the drug no warhead, coordinates and drug do not fit,
        the stereo that they show is not the drug's, or an atom's valence is wrong.
    """
    if drug.warhead is None:
        raise PhysicsError(
            f"{drug.name} has no warhead ({drug.warhead_problem}): no atom of it is attacked."
        )
    points = np.asarray(coordinates, dtype=np.float64)
    n_drug = drug.mol.GetNumAtoms()
    if points.shape != (n_drug, 3) or not np.isfinite(points).all():
        raise PhysicsError(
            f"the pose of {drug.name} needs {n_drug} finite positions, got an array of shape "
            f"{points.shape}."
        )
    check_stereo(drug.mol, points, drug.name)
    cysteine = reactive_cysteine(receptor)
    full = Chem.AddHs(with_conformer(drug.mol, points), addCoords=True)
    first = len(receptor.atoms)
    atoms = receptor.atoms + ligand_records(full, range(full.GetNumAtoms()))
    bonds = joined_bonds(
        receptor,
        {i: i for i in range(first)},
        full,
        {i: first + i for i in range(full.GetNumAtoms())},
    )
    return EncounterComplex(
        receptor=receptor,
        mol=molecule(atoms, bonds),
        atoms=atoms,
        coordinates=np.vstack([receptor.coordinates, full.GetConformer().GetPositions()]),
        drug_atoms=np.arange(first, first + n_drug),
        sg=cysteine.sg,
        cb=cysteine.cb,
        ca=cysteine.ca,
        reactive_carbon=first + drug.warhead.reactive_atom_index,
        drug=drug,
    )
