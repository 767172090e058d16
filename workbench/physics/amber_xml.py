"""An OpenMM ForceField file of a drug and its adduct, to be loaded beside Amber's ff14SB.

The cysteine keeps ff14SB's types. Each atom of the ligand has a type of its own, so that the order
of every improper torsion is fixed, and its GAFF2 type as class. A term with an atom of the ligand
is GAFF2's, the cysteine's atoms typed as GAFF2 types them; the rest is left to ff14SB. A torsion
without a barrier is written too, so that no wildcard of ff14SB stands in for it.

References
----------
Maier et al. 2015 (ff14SB): 10.1021/acs.jctc.5b00255
Wang et al. 2004 (GAFF): 10.1002/jcc.20035
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics.amber_terms import AmberTerms, Kind, Term
from workbench.physics.assembly import ligand_names
from workbench.physics.mmff import ANGSTROM_PER_NM, KJ_PER_KCAL
from workbench.physics.mmff_parameters import (
    angle_triples,
    neighbours_of,
    torsion_quadruples,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DRUG = "drug"
SIDE_CHAIN = ("CB", "HB2", "HB3", "SG")

_BACKBONE = {"N": -0.4157, "H": 0.2719, "CA": 0.0429, "HA": 0.0766, "C": 0.5973, "O": -0.5679}
BACKBONE_CHARGE = sum(_BACKBONE.values())
"""What ff14SB's backbone of a cysteine bears; the side chain has the adduct's charges."""

_PROTEIN = {
    **{"N": "N", "H": "H", "CA": "CX", "HA": "H1", "CB": "2C", "HB2": "H1", "HB3": "H1"},
    **{"SG": "S", "C": "C", "O": "O"},
}
_GAFF2 = {"CA": "c3", "CB": "c3", "HB2": "h1", "HB3": "h1", "SG": "ss"}
_CYSTEINE_BONDS = "N-H N-CA CA-HA CA-CB CA-C CB-HB2 CB-HB3 CB-SG C-O"
_SIGMA_PER_HALF_MINIMUM = 2 ** (5 / 6)
_COULOMB_14, _VDW_14 = 1 / 1.2, 0.5
_FORCES: dict[Kind, tuple[str, str]] = {
    "bond": ("HarmonicBondForce", "Bond"),
    "angle": ("HarmonicAngleForce", "Angle"),
    "torsion": ("PeriodicTorsionForce", "Proper"),
    "improper": ("PeriodicTorsionForce", "Improper"),
    "size": ("NonbondedForce", "Atom"),
}
_ATTRIBUTES = {
    "PeriodicTorsionForce": {"ordering": "amber"},
    "NonbondedForce": {"coulomb14scale": f"{_COULOMB_14}", "lj14scale": f"{_VDW_14}"},
}


@dataclass(frozen=True)
class AmberMolecule:
    """What Amber needs to know about the atoms of a drug, whole or bonded (``form``).

    Heavy atoms stand before hydrogens; ``charges`` is ``(n_atoms,)`` and ``bonds`` ``(n_bonds,
    2)``. ``reactive`` bears the sulphur (``None`` in the intact drug), and ``side_chain`` has the
    charges of CB, HB2, HB3 and SG.
    """

    name: str
    form: str
    elements: tuple[str, ...]
    types: tuple[str, ...]
    charges: FloatArray
    bonds: IntArray
    reactive: int | None
    side_chain: Mapping[str, float]

    @property
    def prefix(self) -> str:
        """The drug's name as it stands in its file."""
        return "".join(c if c.isascii() and (c.isalnum() or c == "-") else "_" for c in self.name)

    @property
    def stem(self) -> str:
        """What the templates' names begin with."""
        return f"{self.prefix}-{self.form}"


def force_field_xml(molecules: Sequence[AmberMolecule], terms: AmberTerms, source: str = "") -> str:
    """Return the file of a drug: templates of the molecules, which bear one name, and their terms.

    The drug is the template ``NAME-drug``. The adduct is ``NAME-adduct-CYS`` and
    ``NAME-adduct-LIG`` where cysteine and ligand are two residues, as in a PDB entry, and
    ``NAME-adduct`` where they are one.

    Raises
    ------
    PhysicsError
        When a parameter is missing; the message names the atoms.
    """
    file = _File(terms)
    SubElement(file.sections["Info"], "Source").text = source or "workbench"
    for molecule in molecules:
        file.add(_Atoms(molecule))
    indent(file.root, " ")
    return tostring(file.root, encoding="unicode") + "\n"


class _File:
    def __init__(self, terms: AmberTerms) -> None:
        self.terms = terms
        self.root = Element("ForceField")
        names = ("Info", "AtomTypes", "Residues", *(force for force, _ in _FORCES.values()))
        self.sections = {
            name: SubElement(self.root, name, _ATTRIBUTES.get(name, {}))
            for name in dict.fromkeys(names)
        }
        SubElement(self.sections["NonbondedForce"], "UseAttributeFromResidue", name="charge")
        self._written: set[tuple[str, ...]] = set()

    def add(self, own: _Atoms) -> None:
        """Write types, templates and terms of one molecule."""
        table = Chem.GetPeriodicTable()
        for atom in own.ligand:
            names = {"name": own.type_names[atom], "class": own.label(atom)[1]}
            mass = f"{table.GetAtomicWeight(own.elements[atom]):.6g}"
            element = own.elements[atom]
            SubElement(self.sections["AtomTypes"], "Type", names, element=element, mass=mass)
        for template in own.templates():
            self._template(own, *template)
        groups: dict[Kind, Iterable[tuple[int, ...]]] = {
            "size": ((atom,) for atom in own.ligand),
            "bond": own.edges,
            "angle": angle_triples(own.neighbours),
            "torsion": torsion_quadruples(own.graph, own.neighbours),
        }
        for kind, members in ((k, m) for k, group in groups.items() for m in own.reaching(group)):
            types = tuple(own.gaff2[atom] for atom in members)
            found = self.terms.find(kind, types)
            if found is None:
                atoms = " - ".join(own.names[atom] for atom in members)
                raise PhysicsError(
                    f"the force field amber has no parameters for the {kind} {atoms} "
                    f"({'-'.join(types)}) of {own.molecule.name}."
                )
            self._row(kind, [own.label(atom) for atom in members], found)
        for centre in own.ligand:
            around = sorted(own.neighbours[centre])
            if len(around) == 3:
                types = tuple(own.gaff2[atom] for atom in around)
                improper = self.terms.improper(own.gaff2[centre], types)
                if improper is not None:
                    order, term = improper
                    members = (centre, *(around[i] for i in order))
                    self._row("improper", [("type", own.type_names[i]) for i in members], [term])

    def _template(
        self, own: _Atoms, name: str, members: Sequence[int], outside: Sequence[int]
    ) -> None:
        residue = SubElement(self.sections["Residues"], "Residue", name=name)
        for atom in members:
            names = {"name": own.names[atom], "type": own.type_names[atom]}
            SubElement(residue, "Atom", names, charge=f"{own.charges[atom]:.6f}")
        for i, j in own.edges:
            if i in members and j in members:
                SubElement(residue, "Bond", atomName1=own.names[i], atomName2=own.names[j])
        for atom in outside:
            SubElement(residue, "ExternalBond", atomName=own.names[atom])

    def _row(self, kind: Kind, labels: list[tuple[str, str]], found: Sequence[Term]) -> None:
        """Write one term, unless the same classes have it already."""
        keys = tuple(name for _, name in labels)
        if (kind, *keys) in self._written or (kind, *keys[::-1]) in self._written:
            return
        self._written.add((kind, *keys))
        force, tag = _FORCES[kind]
        row = SubElement(self.sections[force], tag)
        for place, (attribute, name) in enumerate(labels, start=1):
            row.set(f"{attribute}{place if len(labels) > 1 else ''}", name)
        for attribute, value in _values(kind, found).items():
            row.set(attribute, f"{value:.12g}")
        if found[-1].source and kind != "size":
            row.set("source", found[-1].source)


def _values(kind: Kind, found: Sequence[Term]) -> dict[str, float]:
    """Return parameters as OpenMM has them, in kJ/mol, nm and radian."""
    k, rest = found[0].values[:2]
    if kind == "size":
        sigma = rest * _SIGMA_PER_HALF_MINIMUM / ANGSTROM_PER_NM
        return {"sigma": sigma, "epsilon": k * KJ_PER_KCAL}
    if kind == "bond":
        length = rest / ANGSTROM_PER_NM
        return {"length": length, "k": 2 * k * KJ_PER_KCAL * ANGSTROM_PER_NM**2}
    if kind == "angle":
        return {"angle": math.radians(rest), "k": 2 * k * KJ_PER_KCAL}
    series: dict[str, float] = {}
    for place, (k, phase, fold) in enumerate((term.values for term in found), start=1):
        series |= {f"periodicity{place}": fold, f"phase{place}": math.radians(phase)}
        series[f"k{place}"] = k * KJ_PER_KCAL
    return series


class _Atoms:
    """The atoms of a molecule, after those of the cysteine where it bears one."""

    def __init__(self, molecule: AmberMolecule) -> None:
        self.molecule = molecule
        host = [] if molecule.reactive is None else list(_PROTEIN)
        first = len(host)
        own = ligand_names(molecule.elements)
        self.host, self.ligand = range(first), range(first, first + len(own))
        self.names = [*host, *own]
        self.elements = [*(name[0] for name in host), *molecule.elements]
        self.type_names = [f"protein-{_PROTEIN[name]}" for name in host]
        self.type_names += [f"{molecule.stem}-{name}" for name in own]
        self.gaff2 = [*(_GAFF2.get(name, "") for name in host), *molecule.types]
        charges = _BACKBONE | dict(molecule.side_chain)
        self.charges = [*(charges[name] for name in host), *molecule.charges.tolist()]
        self.edges = [(i + first, j + first) for i, j in molecule.bonds.tolist()]
        if molecule.reactive is not None:
            pairs = (pair.split("-") for pair in _CYSTEINE_BONDS.split())
            self.edges += [(host.index(a), host.index(b)) for a, b in pairs]
            self.edges.append((host.index("SG"), molecule.reactive + first))
        self.graph = Chem.RWMol()
        for element in self.elements:
            self.graph.AddAtom(Chem.Atom(element))
        for i, j in self.edges:
            self.graph.AddBond(i, j, Chem.BondType.SINGLE)
        self.neighbours = neighbours_of(self.graph)

    def templates(self) -> Iterator[tuple[str, Sequence[int], Sequence[int]]]:
        """Yield name, atoms, and atoms with bonds to the outside of each template."""
        stem, everything = self.molecule.stem, range(len(self.names))
        if self.molecule.reactive is None:
            yield stem, everything, ()
            return
        chain = [self.names.index(name) for name in ("N", "C")]
        tether = (self.names.index("SG"), self.molecule.reactive + len(self.host))
        yield stem, everything, chain
        yield f"{stem}-CYS", self.host, [*chain, tether[0]]
        yield f"{stem}-LIG", self.ligand, tether[1:]

    def reaching(self, groups: Iterable[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
        """Yield the groups that hold an atom of the ligand."""
        return (group for group in groups if not self.host or max(group) >= len(self.host))

    def label(self, atom: int) -> tuple[str, str]:
        """Return how a term names an atom: by its class, or by its type if that is protein's."""
        if atom in self.host:
            return "type", self.type_names[atom]
        return "class", f"{self.molecule.prefix}-{self.gaff2[atom]}"
