"""Amber's energy of a complex: ff14SB and the ligand's ForceField file, put together by OpenMM."""

from __future__ import annotations

import io
from copy import deepcopy
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import numpy as np
import openmm
from numpy.typing import NDArray
from openmm import app
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Adduct
from workbench.physics.amber_molecules import PROTEIN_FILE, drug_part, force_field_file
from workbench.physics.assembly import ligand_records, topology_of
from workbench.physics.complex import Assembly, Complex, address, ligand_mask
from workbench.physics.mmff import COULOMB_SCALE, cut_off, system_of
from workbench.physics.mmff_parameters import angle_triples, edges_of, neighbours_of

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

WATER_FILE = "amber14/tip3pfb.xml"

NONBONDED = "nonbonded"
_BONDED = {
    "bond": (openmm.HarmonicBondForce, 2),
    "angle": (openmm.HarmonicAngleForce, 3),
    "torsion": (openmm.PeriodicTorsionForce, 4),
}
BONDED = tuple(_BONDED)
_CHARGE_TOLERANCE = 1e-4

_CAPPED_OFF = frozenset(("N", "H", "C", "O"))
_METHYL = {"CA": -0.2247, "HA": 0.0766}
"""Charges of the methyl group that stands for CA: in all that of ff14SB's backbone."""


def complex_system(
    bonded: Assembly, mobile: BoolArray, cutoff_angstrom: float | None
) -> tuple[openmm.System, FloatArray]:
    """Return the System of a complex, one named force per term, and the charges, ``(n_atoms,)``.

    Atoms that are not in ``mobile``, ``(n_atoms,)``, get mass 0, and bonded terms among them are
    left out; non-bonded ones stay, as a constant. At the cut-off van der Waals is switched off over
    the last angstrom and Coulomb shifted to zero, without a reaction field, as OpenMM does beside
    generalised Born. There is no implicit solvent.

    Raises
    ------
    PhysicsError
        When a part has no template, a bond or an angle no parameters, or the charge is not whole.
    """
    members = np.flatnonzero(ligand_mask(bonded)).tolist()
    source = bonded.adduct if isinstance(bonded, Complex) else bonded.ligand
    text, stem = force_field_file(bonded.mol, members, source)
    topology = topology_of(bonded.atoms, edges_of(bonded.mol))
    chosen = {}
    if bonded.bonded:
        # Without a word OpenMM cannot tell this cysteine from one in a disulfide.
        chosen[list(topology.atoms())[bonded.sg].residue] = f"{stem}-CYS"
    made = _created(text, topology, chosen)
    _check_complete(made, bonded)
    return _system(made, bonded.mol, mobile, cutoff_angstrom)


def fragment_system(
    adduct: Adduct, mol: Chem.Mol, mobile: BoolArray
) -> tuple[openmm.System, FloatArray]:
    """Return the System and charges of the drug with S, CB and a methyl group for CA, gas phase.

    ``mol`` is ``adduct.mol`` with its hydrogens after the heavy atoms.

    Raises
    ------
    PhysicsError
        When a parameter is missing.
    """
    text, stem = force_field_file(mol, drug_part(mol, adduct), adduct)
    atoms = ligand_records(mol, range(mol.GetNumAtoms()))
    made = _created(_with_methyl(text, stem), topology_of(atoms, edges_of(mol)), {})
    return _system(made, mol, mobile, None)


def _with_methyl(text: str, stem: str) -> str:
    """Return a file with one template more: the whole adduct with a methyl group for CA."""
    root = ElementTree.fromstring(text)
    residues = root.find("Residues")
    whole = deepcopy(root.find(f"Residues/Residue[@name='{stem}']"))
    assert residues is not None and whole is not None
    whole.set("name", f"{stem}-methyl")
    for row in list(whole):
        if _CAPPED_OFF.intersection(row.attrib.values()):
            whole.remove(row)
        elif row.get("name") in _METHYL:
            row.set("charge", str(_METHYL[row.attrib["name"]]))
    for name in ("HA2", "HA3"):
        charge = str(_METHYL["HA"])
        ElementTree.SubElement(whole, "Atom", name=name, type="protein-H1", charge=charge)
        ElementTree.SubElement(whole, "Bond", atomName1="CA", atomName2=name)
    residues.append(whole)
    return ElementTree.tostring(root, encoding="unicode")


@lru_cache(maxsize=8)
def _force_field(text: str) -> app.ForceField:
    return app.ForceField(PROTEIN_FILE, WATER_FILE, io.StringIO(text))


def _created(text: str, topology: app.Topology, chosen: dict[Any, str]) -> dict[str, Any]:
    """Return the forces that OpenMM makes, by the names of terms; no cut-off."""
    try:
        system = _force_field(text).createSystem(
            topology,
            nonbondedMethod=app.NoCutoff,
            constraints=None,
            rigidWater=False,
            removeCMMotion=False,
            residueTemplates=chosen,
        )
    except ValueError as error:
        raise PhysicsError(
            f"ff14SB does not know a part of the receptor ({str(error).splitlines()[0]}): "
            "prepare the receptor again, or use --force-field mmff94s."
        ) from error
    kinds = {kind: name for name, (kind, _) in _BONDED.items()}
    kinds[openmm.NonbondedForce] = NONBONDED
    return {kinds[type(force)]: deepcopy(force) for force in system.getForces()}


def _check_complete(forces: dict[str, Any], bonded: Assembly) -> None:
    """Refuse a System that lacks a bond or an angle, as OpenMM leaves out what it cannot look up.

    Its charge must be whole.
    """
    bends = [*edges_of(bonded.mol), *angle_triples(neighbours_of(bonded.mol))]
    found = {tuple(row[:2]) for row in _rows(forces["bond"], "bond")}
    found |= {tuple(row[:3]) for row in _rows(forces["angle"], "angle")}
    missing = [atoms for atoms in bends if atoms not in found and atoms[::-1] not in found]
    if missing:
        names = " - ".join(address(bonded.atoms[i]) for i in missing[0])
        raise PhysicsError(f"the force field amber has no parameters for {names}.")
    total = sum(atom.formal_charge for atom in bonded.atoms)
    charge = float(_charges(forces[NONBONDED]).sum())
    if not abs(charge - total) < _CHARGE_TOLERANCE:
        raise PhysicsError(f"the partial charges sum to {charge:.4f}, the formal ones to {total}.")


def _rows(force: Any, name: str) -> list[list[Any]]:
    get = getattr(force, f"get{name.title()}Parameters")
    return [get(index) for index in range(getattr(force, f"getNum{name.title()}s")())]


def _charges(force: openmm.NonbondedForce) -> FloatArray:
    each = range(force.getNumParticles())
    return np.array([force.getParticleParameters(i)[0]._value for i in each])


def _system(
    forces: dict[str, Any], mol: Chem.Mol, mobile: BoolArray, cutoff_angstrom: float | None
) -> tuple[openmm.System, FloatArray]:
    charges = _charges(forces[NONBONDED])
    kept: dict[str, openmm.Force] = {}
    for name, (kind, size) in _BONDED.items():
        kept[name] = kind()
        for row in _rows(forces[name], name):
            if mobile[row[:size]].any():
                getattr(kept[name], f"add{name.title()}")(*row)
    kept[NONBONDED] = _scalable(forces[NONBONDED])
    cut_off(kept[NONBONDED], cutoff_angstrom)
    return system_of(mol, mobile, kept), charges


def _scalable(force: openmm.NonbondedForce) -> openmm.NonbondedForce:
    """Move the charges into offsets of ``COULOMB_SCALE``: soft stage and sums by term need it."""
    force.addGlobalParameter(COULOMB_SCALE, 1.0)
    for index in range(force.getNumParticles()):
        charge, sigma, epsilon = force.getParticleParameters(index)
        force.setParticleParameters(index, 0.0, sigma, epsilon)
        force.addParticleParameterOffset(COULOMB_SCALE, index, charge, 0.0, 0.0)
    for index in range(force.getNumExceptions()):
        first, second, product, sigma, epsilon = force.getExceptionParameters(index)
        if product._value:
            force.setExceptionParameters(index, first, second, 0.0, sigma, epsilon)
            force.addExceptionParameterOffset(COULOMB_SCALE, index, product, 0.0, 0.0)
    force.setReactionFieldDielectric(1.0)
    return force
