"""Explicit water for the force field ``amber``: a box of TIP3P-FB with ions.

Sensible for a whole chain. Round a pocket that was cut out of its protein the water also fills
the place of what was cut away; there implicit water is the better choice.

Reference: Wang, Martinez, Pande 2014 (TIP3P-FB), 10.1021/jz500737m.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from openmm import app, unit
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics.amber import described
from workbench.physics.amber_protein import TETHERED, solvating_force_field, topology_of
from workbench.physics.complex import Kind
from workbench.structures.receptor import Atom

WATER_CHAIN = "W"
_CHARGES = {"Na": 1, "Cl": -1}
_WATER = "HOH"


def in_water(
    bonded: Kind, padding_angstrom: float = 10.0, ionic_strength_molar: float = 0.15
) -> Kind:
    """Return a complex in a box of water, neutral, with sodium and chloride.

    The atoms that were there keep their indices and coordinates; water and ions follow. The
    result is a complex like any other: minimisation and dynamics with ``amber`` take it, with
    particle-mesh Ewald in its periodic box. Water is flexible, as nothing is constrained.

    Parameters
    ----------
    padding_angstrom
        Least distance from the complex to the box.
    ionic_strength_molar
        Of added salt, beside the ions that make the box neutral.

    Raises
    ------
    PhysicsError
        When the ligand has no description, a residue no template, or there is water already.
    """
    if bonded.box_angstrom is not None:
        raise PhysicsError("this complex is in a box of water already.")
    molecule, terms, _ = described(bonded)
    edges = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in bonded.mol.GetBonds()]
    tether = {bonded.sg, bonded.reactive_carbon}
    topology = topology_of(bonded.atoms, [edge for edge in edges if set(edge) != tether])
    field = solvating_force_field(molecule, terms)
    cysteine = list(topology.atoms())[bonded.sg].residue
    tethered = {cysteine: TETHERED} if bonded.bonded else {}
    modeller = app.Modeller(topology, bonded.coordinates * unit.angstrom)
    try:
        modeller.addSolvent(
            field,
            model="tip3p",
            padding=padding_angstrom * unit.angstrom,
            ionicStrength=ionic_strength_molar * unit.molar,
            residueTemplates=tethered,
        )
    except ValueError as error:
        raise PhysicsError(
            f"OpenMM could not add water ({str(error).splitlines()[0]}): prepare the receptor "
            "again."
        ) from error
    points = np.array(modeller.getPositions().value_in_unit(unit.angstrom))
    points += bonded.coordinates[0] - points[0]
    added = list(modeller.topology.atoms())[len(bonded.atoms) :]
    box = modeller.topology.getUnitCellDimensions().value_in_unit(unit.angstrom)
    return replace(
        bonded,
        mol=_with_water(bonded.mol, modeller.topology, len(bonded.atoms)),
        atoms=bonded.atoms + tuple(_record(atom) for atom in added),
        coordinates=points,
        box_angstrom=(float(box[0]), float(box[1]), float(box[2])),
    )


def _record(atom: app.topology.Atom) -> Atom:
    symbol = atom.element.symbol
    return Atom(
        name=atom.name,
        element=symbol,
        residue_name=_WATER if symbol in ("O", "H") else symbol.upper(),
        residue_number=atom.residue.index + 1,
        chain=WATER_CHAIN,
        formal_charge=_CHARGES.get(symbol, 0),
    )


def _with_water(mol: Chem.Mol, topology: app.Topology, n_before: int) -> Chem.Mol:
    """Return the molecule with water and ions, which are appended as they are."""
    editable = Chem.RWMol(mol)
    atoms = list(topology.atoms())[n_before:]
    for atom in atoms:
        made = Chem.Atom(atom.element.symbol)
        made.SetFormalCharge(_CHARGES.get(atom.element.symbol, 0))
        made.SetNoImplicit(True)
        editable.AddAtom(made)
    for bond in topology.bonds():
        if bond.atom1.index >= n_before:
            editable.AddBond(bond.atom1.index, bond.atom2.index, Chem.BondType.SINGLE)
    whole = editable.GetMol()
    Chem.SanitizeMol(whole)
    return whole
