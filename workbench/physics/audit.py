"""Look into a built System and refuse it when a term of the complex is missing there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics import mmff
from workbench.physics.complex import Assembly, address
from workbench.physics.mmff_parameters import LINEAR_TYPES, mmff_properties

FloatArray = NDArray[np.float64]

Key = tuple[int, ...]

_CHARGE_TOLERANCE = 1e-4
_POSITIVE_COLUMNS = ("radius", "strength", "spread")
_MOST_MATCHES = 10_000_000


def audit(system: openmm.System, bonded: Assembly) -> None:
    """Check that an MMFF94s System holds every term of a complex with a mobile atom in it.

    Atoms of mass 0 are frozen. Bonds and angles must have force constants, torsions,
    stretch-bends and out-of-plane terms must have been looked up, every atom must have a charge
    and a van der Waals type, and exactly the right pairs must be excluded.

    Raises
    ------
    PhysicsError
        When something is missing; the message names the atoms.
    """
    _Inspector(system, bonded).inspect()


class _Inspector:
    """What a System holds, beside what its molecule needs."""

    def __init__(self, system: openmm.System, bonded: Assembly) -> None:
        self.bonded = bonded
        self.mol = bonded.mol
        if system.getNumParticles() != self.mol.GetNumAtoms():
            raise PhysicsError(
                f"the System has {system.getNumParticles()} particles but the complex "
                f"{self.mol.GetNumAtoms()} atoms."
            )
        masses = [system.getParticleMass(i) for i in range(system.getNumParticles())]
        self.mobile = np.array([m.value_in_unit(openmm.unit.dalton) > 0 for m in masses])
        found = {force.getName(): force for force in system.getForces()}
        absent = [name for name in mmff.FORCE_GROUPS if name not in found]
        if absent:
            raise PhysicsError(f"the System lacks the force {absent[0]!r}.")
        self.forces: dict[str, Any] = found
        self.pair_force = found[mmff.NONBONDED]
        if self.pair_force.getNumParticles() != len(bonded.atoms):
            raise PhysicsError(
                f"the non-bonded force has {self.pair_force.getNumParticles()} particles, not one "
                "per atom."
            )

    def inspect(self) -> None:
        """Check everything."""
        self.constants("bond", self.paths(2))
        self.constants("angle", self.paths(3))
        self.bonded_terms()
        self.particles()
        self.pairs()

    def bonded_terms(self) -> None:
        bends = self.paths(3)
        properties = mmff_properties(self.mol)
        n_atoms = self.mol.GetNumAtoms()
        linear = {i for i in range(n_atoms) if properties.GetMMFFAtomType(i) in LINEAR_TYPES}
        twists = {t for t in self.paths(4) if not linear.intersection(t[1:3])}
        self.present("stretch_bend", {a for a in bends if a[1] not in linear})
        torsions = self.present("torsion", twists)
        self.present("out_of_plane", self._wilson_angles())
        self.hindered(torsions)

    def _wilson_angles(self) -> set[Key]:
        expected: set[Key] = set()
        for atom in self.mol.GetAtoms():
            around = sorted(n.GetIdx() for n in atom.GetNeighbors())
            if len(around) == 3 and self.mobile[[atom.GetIdx(), *around]].any():
                for top in around:
                    first, last = (i for i in around if i != top)
                    expected.add((first, atom.GetIdx(), last, top))
        return expected

    def particles(self) -> None:
        force = self.pair_force
        table = np.array([force.getParticleParameters(i) for i in range(force.getNumParticles())])
        n_columns = force.getNumPerParticleParameters()
        column = {force.getPerParticleParameterName(i): table[:, i] for i in range(n_columns)}
        for name in _POSITIVE_COLUMNS:
            bad = np.flatnonzero(~(column[name] > 0))
            if len(bad):
                raise PhysicsError(f"{self.names(bad[:1])} has no van der Waals type ({name}).")
        self.net_charge(column["charge"])

    def pairs(self) -> None:
        force = self.pair_force
        near, far = self.close_pairs()
        excluded = map(force.getExclusionParticles, range(force.getNumExclusions()))
        scaled = rows_of(self.forces[mmff.ONE_FOUR])
        self.same_pairs("exclusion", near, {pair_of(pair) for pair in excluded})
        self.same_pairs("scaled 1-4 pair", far, {pair_of(atoms) for atoms, _ in scaled})
        n_groups = force.getNumInteractionGroups()
        if not n_groups and self.mobile.all():
            return
        groups = [force.getInteractionGroupParameters(i) for i in range(n_groups)]
        mobile = set(np.flatnonzero(self.mobile).tolist())
        frozen = set(range(len(self.mobile))) - mobile
        for which, other in (("mobile", mobile), ("frozen", frozen)):
            there = any(set(a) == mobile and set(b) == other for a, b in groups)
            if other and not there:
                raise PhysicsError(f"mobile and {which} atoms do not interact in the System.")

    def names(self, atoms: Iterable[int]) -> str:
        """Return atoms by their addresses."""
        return " - ".join(address(self.bonded.atoms[i]) for i in atoms)

    def paths(self, length: int) -> set[Key]:
        """Return the chains of bonded atoms that hold a mobile one, the lower end first."""
        pattern = Chem.MolFromSmarts("~".join(["*"] * length))
        matches = self.mol.GetSubstructMatches(pattern, uniquify=False, maxMatches=_MOST_MATCHES)
        return {m for m in matches if m[0] < m[-1] and self.mobile[list(m)].any()}

    def present(self, name: str, expected: set[Key]) -> dict[Key, tuple[float, ...]]:
        """Return the terms of a force; every expected one must be there."""
        found = {_canonical(name, atoms): values for atoms, values in rows_of(self.forces[name])}
        absent = sorted(expected - found.keys())
        if absent:
            kind = name.replace("_", "-")
            raise PhysicsError(
                f"the {kind} term {self.names(absent[0])} is missing from the System"
                + (f" ({len(absent)} are)." if len(absent) > 1 else ".")
            )
        return found

    def constants(self, name: str, expected: set[Key]) -> None:
        """Check that every expected term has a force constant and a value at rest."""
        found = self.present(name, expected)
        for atoms in sorted(expected):
            if not (found[atoms][0] > 0 and found[atoms][1] > 0):
                raise PhysicsError(
                    f"the {name} {self.names(atoms)} has no force constant in the System."
                )

    def hindered(self, torsions: dict[Key, tuple[float, ...]]) -> None:
        """Check that the bonds on both sides of the sulphur turn against a barrier."""
        sulphur = self.bonded.sg
        beyond = (self.bonded.reactive_carbon,) if self.bonded.bonded else ()
        for end in (self.bonded.cb, *beyond):
            about = [v for t, v in torsions.items() if set(t[1:3]) == {sulphur, end}]
            if not any(any(values) for values in about):
                raise PhysicsError(
                    f"no torsion about {self.names((sulphur, end))} has a barrier in the System."
                )

    def net_charge(self, charges: FloatArray) -> None:
        """Check that partial charges sum to the formal ones."""
        lone = np.flatnonzero(~np.isfinite(charges))
        if len(lone):
            raise PhysicsError(f"{self.names(lone[:1])} has no partial charge.")
        total = sum(atom.formal_charge for atom in self.bonded.atoms)
        if not abs(float(charges.sum()) - total) < _CHARGE_TOLERANCE:
            raise PhysicsError(
                f"the partial charges sum to {charges.sum():.4f}, the formal charges to {total}."
            )

    def close_pairs(self) -> tuple[set[Key], set[Key]]:
        """Return the pairs up to two bonds apart and those three apart, with a mobile atom."""
        near = {pair_of(p) for p in self.paths(2)} | {pair_of((p[0], p[2])) for p in self.paths(3)}
        far = {pair_of((p[0], p[3])) for p in self.paths(4)} - near
        # A path through a mobile atom may have two frozen ends, which do not interact.
        near = {p for p in near if self.mobile[list(p)].any()}
        return near, {p for p in far if self.mobile[list(p)].any()}

    def same_pairs(self, what: str, expected: set[Key], found: set[Key]) -> None:
        """Check that two sets of pairs are one."""
        wrong = sorted(expected ^ found)
        if wrong:
            how = "is missing from" if wrong[0] in expected else "does not belong in"
            raise PhysicsError(f"the {what} {self.names(wrong[0])} {how} the System.")


def pair_of(atoms: Iterable[int]) -> Key:
    """Return a pair, the lower index first."""
    return tuple(sorted(atoms))


def _canonical(name: str, atoms: Key) -> Key:
    """Return one order of the atoms of a term, whatever end it was written from."""
    if name == "out_of_plane":
        first, centre, last, top = atoms
        return (min(first, last), centre, max(first, last), top)
    return atoms if atoms[0] < atoms[-1] else atoms[::-1]


def rows_of(force: Any) -> Iterator[tuple[Key, tuple[float, ...]]]:
    """Yield atoms and parameters of each term of a custom force."""
    kind = next(name for name in ("Bond", "Angle", "Torsion") if hasattr(force, f"getNum{name}s"))
    compound = isinstance(force, openmm.CustomCompoundBondForce)
    for index in range(getattr(force, f"getNum{kind}s")()):
        row = getattr(force, f"get{kind}Parameters")(index)
        yield (tuple(row[0]), tuple(row[1])) if compound else (tuple(row[:-1]), tuple(row[-1]))
