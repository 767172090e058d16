"""Molecules, RDKit's own energies, and bonded poses that the physics tests share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.molecules import Adduct, Pose
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_pose
from workbench.physics.amber_molecules import capped_adduct
from workbench.physics.assembly import bond, place, with_conformer
from workbench.physics.complex import Complex, EncounterComplex
from workbench.structures.receptor import Atom, Receptor

FloatArray = NDArray[np.float64]

RDKIT_TERM = {
    "bond": "Bond",
    "angle": "Angle",
    "stretch_bend": "StretchBend",
    "out_of_plane": "Oop",
    "torsion": "Torsion",
    "van_der_waals": "VdW",
    "electrostatic": "Ele",
}
RDKIT_DIELECTRIC = {"constant": (1, 1.0), "distance": (2, 4.0)}

SELINEXOR_ADDUCT = "O=C(C[C@@H](SCC)n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1"


def shaken(smiles: str, amplitude: float = 0.05, seed: int = 0) -> Chem.Mol:
    """Return a molecule with hydrogens whose atoms are a little away from any minimum."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert rdDistGeom.EmbedMolecule(mol, randomSeed=3) == 0
    noise = np.random.default_rng(seed).normal(0, amplitude, (mol.GetNumAtoms(), 3))
    mol.GetConformer().SetPositions(mol.GetConformer().GetPositions() + noise)
    return mol


def rdkit_energy(
    mol: Chem.Mol, dielectric: str, only: str | None = None
) -> tuple[float, FloatArray]:
    """Return RDKit's MMFF94s energy and gradient, (kcal/mol, kcal/mol/angstrom)."""
    properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(mol, mmffVariant="MMFF94s")
    model, constant = RDKIT_DIELECTRIC[dielectric]
    properties.SetMMFFDielectricModel(model)
    properties.SetMMFFDielectricConstant(constant)
    for term, name in RDKIT_TERM.items():
        if only is not None:
            getattr(properties, f"SetMMFF{name}Term")(term == only)
    field = rdForceFieldHelpers.MMFFGetMoleculeForceField(
        mol, properties, nonBondedThresh=1e6, ignoreInterfragInteractions=False
    )
    return field.CalcEnergy(), np.array(field.CalcGrad()).reshape(-1, 3)


def context_of(
    system: openmm.System, coordinates: FloatArray, platform: str = "Reference"
) -> openmm.Context:
    context = openmm.Context(
        system, openmm.VerletIntegrator(0.001), openmm.Platform.getPlatformByName(platform)
    )
    context.setPositions(coordinates / 10)
    return context


def gradient_of(context: openmm.Context) -> FloatArray:
    forces = context.getState(getForces=True).getForces(asNumpy=True)
    unit = openmm.unit.kilocalorie_per_mole / openmm.unit.angstrom
    return -np.asarray(forces.value_in_unit(unit))


def adduct_of(drug: str, label: str) -> Adduct:
    return next(a for a in enumerate_adducts(load_ligand(drug)) if a.label == label)


def reference_bonded(receptor: Receptor, drug: str, label: str) -> Pose:
    """Return a crystal reference pose with SG put between CB and the carbon that it attacks."""
    adduct = adduct_of(drug, label)
    reference = reference_pose(drug)
    assert reference is not None
    points = np.zeros((adduct.mol.GetNumAtoms(), 3))
    points[: adduct.n_drug_atoms] = reference.coordinates_for(adduct.ligand.mol)[0]
    number = receptor.reactive_residue_number
    ca, cb = (receptor.coordinates[receptor.find(number, name)] for name in ("CA", "CB"))
    carbon = points[adduct.reactive_atom_index]

    def misfit(sulphur: FloatArray) -> float:
        wanted = ((cb, 1.82), (carbon, 1.82), (ca, 2.80))
        return sum((np.linalg.norm(sulphur - end) - length) ** 2 for end, length in wanted)

    found = minimize(misfit, receptor.coordinates[receptor.find(number, "SG")])
    points[[adduct.sg_index, adduct.cb_index, adduct.ca_index]] = found.x, cb, ca
    return Pose(adduct, points, 0.0, {})


def angle_degree(bonded: Complex, first: int, apex: int, last: int) -> float:
    a, b, c = bonded.coordinates[[first, apex, last]]
    u, v = a - b, c - b
    return float(np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v))))


def cut_out(bonded: Complex, radius: float) -> Complex:
    """Return the ligand and the residues within a radius of it; cut bonds end in hydrogens.

    A molecule small enough for RDKit to compute whole. Indices other than ``atoms``, ``mol``
    and ``coordinates`` are those of the original and must not be used.
    """
    points = bonded.coordinates
    ligand = np.array([a.residue_name == "LIG" for a in bonded.atoms])
    near = np.linalg.norm(points[:, None] - points[ligand][None], axis=2).min(axis=1) < radius
    residues = {_residue(a) for a, inside in zip(bonded.atoms, near, strict=True) if inside}
    kept = [i for i, a in enumerate(bonded.atoms) if _residue(a) in residues]
    editable = Chem.RWMol(bonded.mol)
    editable.BeginBatchEdit()
    for i in set(range(len(bonded.atoms))) - set(kept):
        editable.RemoveAtom(i)
    editable.CommitBatchEdit()
    mol = editable.GetMol()
    for atom in mol.GetAtoms():
        atom.SetNoImplicit(False)
        atom.SetNumRadicalElectrons(0)
    Chem.SanitizeMol(mol)
    full = Chem.AddHs(with_conformer(mol, points[kept]), addCoords=True)
    ends = [full.GetAtomWithIdx(i) for i in range(len(kept), full.GetNumAtoms())]
    owners = [bonded.atoms[kept[end.GetNeighbors()[0].GetIdx()]] for end in ends]
    atoms = [bonded.atoms[i] for i in kept]
    atoms += [replace(owner, name="HX", element="H", formal_charge=0) for owner in owners]
    whole = full.GetConformer().GetPositions()
    return replace(bonded, mol=full, atoms=tuple(atoms), coordinates=whole)


def _residue(atom: Atom) -> tuple[str, int, str]:
    return atom.chain, atom.residue_number, atom.residue_name


CAPPED = {
    "acrylamide": ("CC(=O)N[C@@H](CSCCC(=O)NC)C(=O)NC", "C=CC(=O)NC", "single"),
    "selinexor": (
        "CC(=O)N[C@@H](CS[C@H](CC(=O)NNc1cnccn1)n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)C(=O)NC",
        "selinexor",
        "bR",
    ),
}


def _capped(drug: str) -> tuple[str, str, str]:
    """Return the first adduct on Ac-Cys-NHMe: SMILES, drug, label."""
    adduct = enumerate_adducts(load_ligand(drug))[0]
    whole = Chem.RemoveHs(capped_adduct(adduct).mol)
    return Chem.MolToSmiles(whole), drug, adduct.label


def capped_cysteine_complex(drug: str = "acrylamide") -> Complex:
    """Return N-methylacrylamide bonded to Ac-Cys-NHMe, at its MMFF94s minimum: 36 atoms.

    Small enough to be propagated in a test. The caps are frozen, as those of a receptor are.
    Any other drug, by name or SMILES, is taken as the first of its adducts.
    """
    smiles, ligand, label = CAPPED[drug] if drug in CAPPED else _capped(drug)
    whole = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert rdDistGeom.EmbedMolecule(whole, randomSeed=7) == 0
    rdForceFieldHelpers.MMFFOptimizeMolecule(whole, "MMFF94s", maxIters=5000)
    points = whole.GetConformer().GetPositions()
    backbone = "[CH3:1][C:2](=[O:3])[N:4][C:5]([C:6][S:7])[C:8](=[O:9])[N:10][CH3:11]"
    (match,) = whole.GetSubstructMatches(Chem.MolFromSmarts(backbone))
    names = ("CH3", "C", "O", "N", "CA", "CB", "SG", "C", "O", "N", "CH3")
    residues = ("ACE",) * 3 + ("CYS",) * 6 + ("NME",) * 2
    numbers = (527,) * 3 + (528,) * 6 + (529,) * 2
    atoms: list[Atom] = []
    rows: list[FloatArray] = []
    bonds: list[tuple[int, int, int]] = []
    place = {atom: k for k, atom in enumerate(match)}
    for k, atom in enumerate(match):
        symbol = whole.GetAtomWithIdx(atom).GetSymbol()
        atoms.append(Atom(names[k], symbol, residues[k], numbers[k], "A"))
        rows.append(points[atom])
    for edge in whole.GetBonds():
        i, j = edge.GetBeginAtomIdx(), edge.GetEndAtomIdx()
        if i in place and j in place:
            bonds.append((place[i], place[j], int(edge.GetBondTypeAsDouble())))
        for heavy, other in ((i, j), (j, i)):
            if heavy in place and whole.GetAtomWithIdx(other).GetSymbol() == "H":
                owner = atoms[place[heavy]]
                second = any(a.name == "HB2" for a in atoms)
                named = {"N": "H", "CA": "HA", "CB": "HB3" if second else "HB2"}
                in_cysteine = owner.residue_name == "CYS"
                name = named[owner.name] if in_cysteine else f"H{len(atoms)}"
                atoms.append(Atom(name, "H", owner.residue_name, owner.residue_number, "A"))
                rows.append(points[other])
                bonds.append((place[heavy], len(atoms) - 1, 1))
    sulphur = points[match[6]]
    carbon = next(
        n.GetIdx() for n in whole.GetAtomWithIdx(match[6]).GetNeighbors() if n.GetIdx() != match[5]
    )
    away = points[carbon] - sulphur
    atoms.append(Atom("HG", "H", "CYS", 528, "A"))
    rows.append(sulphur + 1.34 * away / np.linalg.norm(away))
    bonds.append((6, len(atoms) - 1, 1))
    order = sorted(range(len(atoms)), key=lambda i: atoms[i].residue_number)
    new = {old: k for k, old in enumerate(order)}
    receptor = Receptor(
        name="capped cysteine",
        source="test",
        atoms=tuple(atoms[i] for i in order),
        coordinates=np.array(rows)[order],
        bonds=np.array([(new[i], new[j], order_) for i, j, order_ in bonds]),
        verdict="thiol",
        reactive_atom=new[6],
    )
    adduct = adduct_of(ligand, label)
    heavy_only = Chem.RemoveHs(whole)
    images = heavy_only.GetSubstructMatches(adduct.mol)
    found = next(image for image in images if image[adduct.cb_index] == match[5])
    return bond(receptor, Pose(adduct, points[list(found)], 0.0, {}))


def small_encounter() -> EncounterComplex:
    """Return N-methylacrylamide beside the thiol of Ac-Cys-NHMe: 36 atoms, nothing bonded.

    The drug is embedded on its own and put with its alkene over the sulphur, 3.6 angstrom away.
    """
    receptor = capped_cysteine_complex().receptor
    drug = load_ligand("C=CC(=O)NC")
    assert drug.warhead is not None
    free = Chem.AddHs(drug.mol)
    assert rdDistGeom.EmbedMolecule(free, randomSeed=5) == 0
    points = free.GetConformer().GetPositions()[: drug.mol.GetNumAtoms()]
    carbon = points[drug.warhead.reactive_atom_index]
    normal = np.linalg.svd(points - points.mean(axis=0))[2][2]
    sulphur = receptor.coordinates[receptor.reactive_atom]
    away = sulphur - receptor.coordinates.mean(axis=0)
    away /= np.linalg.norm(away)
    # Turn the plane of the alkene across the way out, its carbon in front of the sulphur.
    turn, _ = Rotation.align_vectors([away], [normal])
    points = turn.apply(points - carbon) + sulphur + 3.6 * away
    return place(receptor, drug, points)
