"""Computed properties of a drug: every number an estimate from the structure alone."""

from __future__ import annotations

from dataclasses import dataclass

from rdkit import Chem
from rdkit.Chem import QED
from rdkit.Chem import rdMolDescriptors as Descriptors

from workbench.ligands.charges import neutral


@dataclass(frozen=True)
class Properties:
    """What the structure of a drug says; nothing here was measured.

    All but the molecular weight are of the neutral form (charges that a proton can settle are).

    Parameters
    ----------
    molecular_weight_g_per_mol
        Of the structure as given, average isotopes.
    heavy_atoms
        Number of atoms other than hydrogen.
    clogp
        Octanol-water partition, log10, by atom contributions: Wildman and Crippen 1999,
        10.1021/ci990307l (it stands in for BioByte's ClogP in other people's formulas).
    tpsa_angstrom2
        Topological polar surface area of N and O: Ertl 2000, 10.1021/jm000942e.
    hydrogen_bond_donors
        N and O atoms that carry hydrogen; an NH2 group counts once.
    polar_hydrogens
        Hydrogens on N and O; an NH2 group counts twice.
    hydrogen_bond_acceptors
        As RDKit counts them; amide and pyrrole-type nitrogens are none.
    rotatable_bonds
        RDKit's strict definition: no amides, no terminal groups such as CF3 (the torsions that
        are searched in docking are others, see ``rotors``).
    fraction_sp3
        sp3 carbons of all carbons: Lovering 2009, 10.1021/jm901241e.
    qed
        Quantitative estimate of drug-likeness, 0 to 1: Bickerton 2012, 10.1038/nchem.1243.
    """

    molecular_weight_g_per_mol: float
    heavy_atoms: int
    clogp: float
    tpsa_angstrom2: float
    hydrogen_bond_donors: int
    polar_hydrogens: int
    hydrogen_bond_acceptors: int
    rotatable_bonds: int
    fraction_sp3: float
    qed: float


def drug_properties(mol: Chem.Mol) -> Properties:
    """Return the computed properties of a molecule with heavy atoms only."""
    form, _ = neutral(mol)
    return Properties(
        molecular_weight_g_per_mol=round(Descriptors._CalcMolWt(mol), 3),
        heavy_atoms=mol.GetNumHeavyAtoms(),
        clogp=round(Descriptors.CalcCrippenDescriptors(form)[0], 2),
        tpsa_angstrom2=round(Descriptors.CalcTPSA(form), 2),
        hydrogen_bond_donors=Descriptors.CalcNumHBD(form),
        polar_hydrogens=sum(
            atom.GetTotalNumHs() for atom in form.GetAtoms() if atom.GetAtomicNum() in (7, 8)
        ),
        hydrogen_bond_acceptors=Descriptors.CalcNumHBA(form),
        rotatable_bonds=Descriptors.CalcNumRotatableBonds(form),
        fraction_sp3=round(Descriptors.CalcFractionCSP3(form), 3),
        qed=round(QED.qed(form), 3),
    )
