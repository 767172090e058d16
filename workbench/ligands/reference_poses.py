"""The crystal reference poses that the package ships, on the atoms of the drugs they belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.adducts import FLAT
from workbench.ligands.catalogue import drug_of_skeleton, find_compound, inchikey_of, skeleton_of
from workbench.ligands.geometry import connectivity, equivalent_mappings
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.warheads import find_warheads
from workbench.tables import Compound
from workbench.text import quoted

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LABEL = re.compile(r"\bb[RS](?:_a[RS])?\b")


@dataclass(frozen=True)
class ReferencePose:
    """A crystallographic ligand in the frame of the human groove: an estimate, not a complex.

    ``form`` is ``drug``, or ``hydrolysed`` for an opened lactone, whose atoms are the component's.
    ``diastereomer`` is the label at the S-bearing carbon (blank when undetermined), only a leaning
    unless ``resolved``. ``mol`` has heavy atoms in the drug's order with one conformer; bond orders
    are the drug's, apart from the attacked C=C, which is as the component draws it.
    """

    compound: str
    form: str
    ccd: str
    pdb: str
    diastereomer: str
    resolved: bool
    uncertainty_angstrom: float
    mol: Chem.Mol

    @property
    def coordinates(self) -> FloatArray:
        """``(n_atoms, 3)`` angstrom, in the order of ``mol``."""
        return np.asarray(self.mol.GetConformer().GetPositions(), dtype=np.float64)

    def coordinates_for(self, mol: Chem.Mol) -> FloatArray:
        """Return ``(n_mappings, n_atoms, 3)`` angstrom in each order of the same molecule.

        Raises
        ------
        LigandError
            When the molecule has another skeleton.
        """
        matches = _skeleton_matches(self.mol, mol)
        if not len(matches):
            raise LigandError(f"the reference pose of {self.compound} has another skeleton")
        return self.coordinates[matches]


def reference_pose(name: str) -> ReferencePose | None:
    """Return the pose of a drug by any of its names; never that of a hydrolysed component.

    Raises
    ------
    LigandError
        When the catalogue has no such compound.
    """
    compound = find_compound(name)
    if compound is None:
        raise LigandError(f"the catalogue has no compound {quoted(name)}")
    same = (pose for pose in reference_poses() if pose.compound == compound.name)
    return next((pose for pose in same if pose.form == "drug"), None)


def reference_for(ligand: Ligand) -> ReferencePose | None:
    """Return the reference pose of a ligand that is a catalogue drug, alkene geometry included."""
    drug = drug_of_skeleton(ligand.inchikey)
    return reference_pose(drug.name) if drug and drug.inchikey == ligand.inchikey else None


def reference_for_adduct(adduct: Adduct) -> ReferencePose | None:
    """Return the reference pose of an adduct in the form that it has.

    A hydrolysed one has that of a component with the same opened skeleton and stereo, the atoms
    that water brought included; of a flat adduct the skeleton alone is compared.
    """
    if adduct.form == "adduct":
        return reference_for(adduct.ligand)
    wanted = inchikey_of(adduct.remnant())
    for pose in reference_poses():
        found = inchikey_of(pose.mol)
        flat = adduct.label == FLAT and skeleton_of(wanted) == skeleton_of(found)
        if pose.form == adduct.form and (wanted == found or flat):
            return pose
    return None


@cache
def reference_poses() -> tuple[ReferencePose, ...]:
    """Return all reference poses of the package, by component."""
    folder = files("workbench").joinpath("data", "reference_poses")
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    texts = (e.read_text(encoding="utf-8") for e in entries if e.name.endswith(".sdf"))
    return tuple(map(_read_pose, texts))


def _read_pose(text: str) -> ReferencePose:
    """Return the reference pose of one SD record of the package."""
    supplier = Chem.SDMolSupplier()
    supplier.SetData(text, removeHs=True)
    component = supplier[0]
    tags = {key: component.GetProp(key) for key in component.GetPropNames()}
    # a tag such as "leptomycin B, hydrolysed"
    compound = find_compound(re.split(r", | \(", tags["compound"])[0])
    if compound is None:
        raise ValueError(f"reference pose of unknown {tags['compound']}: the package is damaged")
    mol = _on_drug_atoms(compound, component)
    label = _LABEL.search(tags["diastereomer"])
    undetermined = tags["diastereomer"].startswith("NOT DETERMINED")
    return ReferencePose(
        compound=compound.name,
        form="hydrolysed" if mol is None else "drug",
        ccd=tags["ccd"],
        pdb=tags["pdb"],
        diastereomer=label.group() if label and not undetermined else "",
        resolved=bool(label) and tags["diastereomer"].startswith("b"),
        uncertainty_angstrom=float(tags["uncertainty_angstrom"]),
        mol=component if mol is None else mol,
    )


def _on_drug_atoms(compound: Compound, component: Chem.Mol) -> Chem.Mol | None:
    """Return the drug with the component's coordinates if elements and connectivity agree."""
    # the atom order of a loaded ligand
    drug = Chem.MolFromSmiles(Chem.CanonSmiles(compound.smiles))
    matches = _skeleton_matches(component, drug)
    if not len(matches):
        return None
    order = matches[0]
    placed = Chem.RWMol(drug)
    for warhead in find_warheads(drug).matches[:1]:
        beta, alpha = warhead.reactive_atom_index, warhead.partner_atom_index
        drawn = component.GetBondBetweenAtoms(int(order[beta]), int(order[alpha]))
        bond = placed.GetBondBetweenAtoms(beta, alpha)
        bond.SetStereo(Chem.BondStereo.STEREONONE)
        bond.SetBondType(drawn.GetBondType())
    conformer = Chem.Conformer(drug.GetNumAtoms())
    conformer.SetPositions(component.GetConformer().GetPositions()[order])
    conformer.Set3D(True)
    placed.AddConformer(conformer, assignId=True)
    Chem.SanitizeMol(placed)
    Chem.AssignStereochemistryFrom3D(placed)
    return placed.GetMol()


def _skeleton_matches(target: Chem.Mol, query: Chem.Mol) -> IntArray:
    """Return ``(n_matches, n_query)`` target atoms, an identity first; empty when they differ."""
    first, second = (sorted(a.GetSymbol() for a in m.GetAtoms()) for m in (target, query))
    if first != second:
        return np.empty((0, query.GetNumAtoms()), dtype=np.int64)
    found = equivalent_mappings(connectivity(query), connectivity(target))
    return found[np.lexsort(found.T[::-1])]
