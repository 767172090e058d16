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
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics.amber_terms import AmberTerms, Term
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
_MARK = 1


@dataclass(frozen=True)
class AmberMolecule:
    """What Amber needs to know about the atoms of a drug, whole or bonded (``form``).

    Heavy atoms stand before hydrogens; ``charges`` is ``(n_atoms,)`` and ``bonds`` ``(n_bonds,
    2)``. ``reactive`` bears the sulphur (``None`` in the intact drug), and ``side_chain`` has the
    charges of CB, HB2, HB3 and SG. Charges are the mean of ``n_geometries``, and ``spread`` was
    added to each atom of drug and side chain to make the residue's charge whole.
    """

    name: str
    form: str
    elements: tuple[str, ...]
    types: tuple[str, ...]
    charges: FloatArray
    bonds: IntArray
    reactive: int | None
    side_chain: Mapping[str, float]
    n_geometries: int
    spread: float

    @property
    def stem(self) -> str:
        """What the templates' names begin with."""
        return f"{self._plain_name}-{self.form}"

    @property
    def _plain_name(self) -> str:
        return "".join(c if c.isascii() and (c.isalnum() or c == "-") else "_" for c in self.name)

    def class_of(self, kind: str) -> str:
        """Return the class of a GAFF2 type in the file of this drug."""
        return f"{self._plain_name}-{kind}"


def bare_graph(
    elements: Iterable[str], edges: Iterable[tuple[int, int]], marked: int | None
) -> Chem.Mol:
    """Return bare atoms and single bonds; the marked atom is an isotope of its own."""
    mol = Chem.RWMol()
    for symbol in elements:
        mol.AddAtom(Chem.Atom(symbol))
    for i, j in edges:
        mol.AddBond(int(i), int(j), Chem.BondType.SINGLE)
    if marked is not None:
        mol.GetAtomWithIdx(marked).SetIsotope(_MARK)
    return mol.GetMol()


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
    SubElement(file.info, "Source").text = source or "workbench"
    for molecule in molecules:
        file.add(molecule)
    indent(file.root, " ")
    return tostring(file.root, encoding="unicode") + "\n"


class _File:
    def __init__(self, terms: AmberTerms) -> None:
        self.terms = terms
        self.root = Element("ForceField")
        self.info, self.types, self.residues, self.bonds, self.angles = (
            SubElement(self.root, name)
            for name in ("Info", "AtomTypes", "Residues", "HarmonicBondForce", "HarmonicAngleForce")
        )
        self.torsions = SubElement(self.root, "PeriodicTorsionForce", ordering="amber")
        self.pairs = SubElement(
            self.root, "NonbondedForce", coulomb14scale=f"{_COULOMB_14}", lj14scale=f"{_VDW_14}"
        )
        SubElement(self.pairs, "UseAttributeFromResidue", name="charge")
        self._written: set[tuple[str, ...]] = set()

    def add(self, molecule: AmberMolecule) -> None:
        """Write templates and terms of one molecule."""
        own = _Atoms(molecule)
        table = Chem.GetPeriodicTable()
        for atom in own.ligand:
            self.types.append(
                Element(
                    "Type",
                    {
                        "name": own.type_names[atom],
                        "class": molecule.class_of(own.gaff2[atom]),
                        "element": own.elements[atom],
                        "mass": f"{table.GetAtomicWeight(own.elements[atom]):.6g}",
                    },
                )
            )
        for name, members, outside in own.templates():
            self._template(own, name, members, outside)
        self._terms(own)

    def _template(
        self, own: _Atoms, name: str, members: Sequence[int], outside: Sequence[int]
    ) -> None:
        residue = SubElement(self.residues, "Residue", name=name)
        for atom in members:
            attributes = {"name": own.names[atom], "type": own.type_names[atom]}
            SubElement(residue, "Atom", attributes, charge=f"{own.charges[atom]:.6f}")
        for i, j in own.edges:
            if i in members and j in members:
                SubElement(residue, "Bond", atomName1=own.names[i], atomName2=own.names[j])
        for atom in outside:
            SubElement(residue, "ExternalBond", atomName=own.names[atom])

    def _terms(self, own: _Atoms) -> None:
        for atom in own.ligand:
            radius, depth = self._found(own, "van der Waals", (atom,), self.terms.size).values
            sigma = radius * _SIGMA_PER_HALF_MINIMUM / ANGSTROM_PER_NM
            self._row(self.pairs, "Atom", own, (atom,), sigma=sigma, epsilon=depth * KJ_PER_KCAL)
        for members in own.reaching(own.edges):
            found = self._found(own, "bond", members, self.terms.bond)
            k, length = found.values
            k *= 2 * KJ_PER_KCAL * ANGSTROM_PER_NM**2
            row = {"length": length / ANGSTROM_PER_NM, "k": k}
            self._row(self.bonds, "Bond", own, members, found.source, **row)
        for members in own.reaching(angle_triples(own.neighbours)):
            found = self._found(own, "angle", members, self.terms.angle)
            k, rest = found.values
            row = {"angle": math.radians(rest), "k": 2 * k * KJ_PER_KCAL}
            self._row(self.angles, "Angle", own, members, found.source, **row)
        for members in own.reaching(torsion_quadruples(own.graph, own.neighbours)):
            series = self._found(own, "torsion", members, self.terms.proper)
            row = _torsion(series)
            self._row(self.torsions, "Proper", own, members, series[-1].source, **row)
        for centre in own.ligand:
            around = sorted(own.neighbours[centre])
            if len(around) == 3:
                types = tuple(own.gaff2[atom] for atom in around)
                improper = self.terms.improper(own.gaff2[centre], types)
                if improper is not None:
                    order, term = improper
                    members = (centre, *(around[i] for i in order))
                    self._row(
                        self.torsions, "Improper", own, members, term.source, **_torsion([term])
                    )

    def _found(self, own: _Atoms, kind: str, members: tuple[int, ...], look: Any) -> Any:
        types = tuple(own.gaff2[atom] for atom in members)
        found = look(types if len(types) > 1 else types[0])
        if found is None:
            names = " - ".join(own.names[atom] for atom in members)
            raise PhysicsError(
                f"the force field amber has no parameters for the {kind} {names} "
                f"({'-'.join(types)}) of {own.molecule.name}."
            )
        return found

    def _row(
        self,
        force: Element,
        tag: str,
        own: _Atoms,
        members: tuple[int, ...],
        source: str = "",
        **values: float,
    ) -> None:
        """Write one term, unless the same classes have it already."""
        labels = [own.label(atom, alone=tag == "Improper") for atom in members]
        keys = tuple(name for _, name in labels)
        if (tag, *keys) in self._written or (tag, *keys[::-1]) in self._written:
            return
        self._written.add((tag, *keys))
        row = SubElement(force, tag)
        for place, (kind, name) in enumerate(labels, start=1):
            row.set(f"{kind}{place if len(labels) > 1 else ''}", name)
        for name, value in values.items():
            row.set(name, f"{value:.12g}")
        if source:
            row.set("source", source)


def _torsion(series: Sequence[Term]) -> dict[str, float]:
    found: dict[str, float] = {}
    for place, (k, phase, fold) in enumerate((term.values for term in series), start=1):
        found |= {f"periodicity{place}": fold, f"phase{place}": math.radians(phase)}
        found[f"k{place}"] = k * KJ_PER_KCAL
    return found


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
        self.graph = bare_graph(self.elements, self.edges, None)
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

    def label(self, atom: int, alone: bool) -> tuple[str, str]:
        """Return how a term names an atom: by its class, or by its type if that is protein's."""
        if alone or atom in self.host:
            return "type", self.type_names[atom]
        return "class", self.molecule.class_of(self.gaff2[atom])
