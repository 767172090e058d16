"""How well a computed affinity ranks acceptors whose reactivity was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from scipy.stats import rankdata

from workbench.errors import MechanismError
from workbench.ligands.molecules import Ligand
from workbench.mechanism.density_functional import DFT, DFT_DIFFUSE, dft_energy, diffuse_energy
from workbench.mechanism.quantum import GFN2, Gfn2
from workbench.mechanism.species import Species, deprotonated, from_starts, shapes_of, species
from workbench.mechanism.truncation import cut_back, kept_atoms
from workbench.tables import read_table

FloatArray = NDArray[np.float64]
Probe = Literal["methanethiolate", "methyl anion"]

AffinityLevel = Literal["gfn2", "dft", "dft diffuse"]

LEVELS: Mapping[AffinityLevel, str] = {"gfn2": GFN2, "dft": DFT, "dft diffuse": DFT_DIFFUSE}
PROBES: dict[Probe, str] = {"methanethiolate": "C[S-:2]", "methyl anion": "[CH3-:2]"}
"""The charged atom has the atom map number 2."""
MEDIA = {"water": "water", "dmso": "DMSO", "gas": "gas phase"}
CHOICE, HELD_OUT = "choice", "held out"
_ATTACKED, _ALPHA = 1, 2
_N_EMBEDDED, _N_OPTIMISED = 20, 2
_N_BOOTSTRAP = 2000


@dataclass(frozen=True)
class Acceptor:
    """One row of ``calibration.csv``: an acceptor with a measured reactivity.

    Parameters
    ----------
    smiles
        The attacked atom has the atom map number 1, the one that takes the charge 2.
    mayr_e
        Electrophilicity parameter E: log10 of a rate constant at 20 degree C is
        ``s_N (N + E)`` with the nucleophile's N and s_N.
    part
        ``choice``: used to choose level, probe and medium; ``held out``: not looked at for that.
    """

    name: str
    smiles: str
    mayr_e: float
    part: str
    source: str


@dataclass(frozen=True)
class Affinity:
    """One row of ``calibration_energies.csv``: the computed affinity of an acceptor or a drug.

    Parameters
    ----------
    name
        Of an acceptor, or of a drug, whose truncated model was computed.
    probe, level, medium
        The anion that is added, and how and where its energy was taken: a key of ``LEVELS``;
        ``water``, ``dmso`` or ``gas``. Geometries are those of GFN2-xTB in water, and solvents
        those of ALPB.
    affinity_kcal_per_mol
        Electronic energy of acceptor + anion -> adduct, with solvent; blank where the adduct
        is no minimum.
    """

    name: str
    probe: str
    level: str
    medium: str
    affinity_kcal_per_mol: float | None
    note: str
    date: str
    source: str


@cache
def acceptors() -> tuple[Acceptor, ...]:
    """Return the acceptors with a measured reactivity, in the table's order."""
    return read_table("calibration.csv", Acceptor)


@cache
def affinities() -> tuple[Affinity, ...]:
    """Return the computed affinities that ship, in the table's order."""
    return read_table("calibration_energies.csv", Affinity)


class Correlation(NamedTuple):
    """How two quantities go together over ``n`` acceptors.

    Parameters
    ----------
    rho, low, high
        Spearman's rank correlation and its 95 % interval by bootstrap.
    error
        Root mean square error of the measured value when each acceptor is predicted by the
        straight line through the others.
    """

    n: int
    rho: float
    low: float
    high: float
    error: float


def correlation(computed: Sequence[float], measured: Sequence[float], seed: int = 1) -> Correlation:
    """Return rank correlation, its interval, and the error of a straight line.

    Parameters
    ----------
    computed, measured
        ``(n,)``, at least five of each.

    Raises
    ------
    MechanismError
        When there are fewer.
    """
    x, y = np.asarray(computed, dtype=np.float64), np.asarray(measured, dtype=np.float64)
    if len(x) < 5 or len(x) != len(y):
        raise MechanismError(f"a correlation needs five pairs, not {len(x)} and {len(y)}")
    picks = np.random.default_rng(seed).integers(0, len(x), (_N_BOOTSTRAP, len(x)))
    drawn = rank_correlations(x[picks], y[picks])
    low, high = np.percentile(drawn[np.isfinite(drawn)], [2.5, 97.5])
    misses = []
    for left_out in range(len(x)):
        rest = np.arange(len(x)) != left_out
        slope, intercept = np.polyfit(x[rest], y[rest], 1)
        misses.append(y[left_out] - slope * x[left_out] - intercept)
    return Correlation(
        len(x),
        float(rank_correlations(x[None], y[None])[0]),
        float(low),
        float(high),
        float(np.sqrt(np.mean(np.square(misses)))),
    )


def rank_correlations(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return Spearman's correlation of each row of ``(m, n)`` arrays; NaN where all are equal."""
    ranks = [rankdata(values, axis=1) for values in (x, y)]
    first, second = (rows - rows.mean(axis=1, keepdims=True) for rows in ranks)
    size = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    with np.errstate(invalid="ignore"):
        return np.asarray((first * second).sum(axis=1) / size)


class Scale(NamedTuple):
    """Probe, level and medium of a computed affinity."""

    probe: str
    level: str
    medium: str


def shipped_pairs(scale: Scale, part: str) -> list[tuple[Acceptor, float]]:
    """Return the acceptors of a part that have an affinity on a scale, with it."""
    known = _on_scale(scale)
    pairs = ((one, known.get(one.name)) for one in acceptors() if one.part == part)
    return [(one, value) for one, value in pairs if value is not None]


def _on_scale(scale: Scale) -> dict[str, float | None]:
    """Return the shipped affinities on a scale by name, kcal/mol."""
    return {
        row.name: row.affinity_kcal_per_mol
        for row in affinities()
        if (row.probe, row.level, row.medium) == scale
    }


def shipped_correlation(scale: Scale, part: str) -> Correlation:
    """Return the correlation of shipped affinities with Mayr's E over a part of the table."""
    pairs = shipped_pairs(scale, part)
    return correlation([value for _, value in pairs], [one.mayr_e for one, _ in pairs])


def chosen_scale() -> Scale:
    """Return the scale that ranks the ``choice`` part best, of those that have all of it."""
    scales = [Scale(*parts) for parts in product(PROBES, LEVELS, MEDIA)]
    whole = sum(one.part == CHOICE for one in acceptors())
    full = [scale for scale in scales if len(shipped_pairs(scale, CHOICE)) == whole]
    return max(full, key=lambda scale: abs(shipped_correlation(scale, CHOICE).rho))


def estimated_e(name: str, scale: Scale) -> float:
    """Return what a shipped affinity says about E, by the line through the ``choice`` part.

    Raises
    ------
    MechanismError
        When nothing was computed for the name on this scale.
    """
    affinity = _on_scale(scale).get(name)
    if affinity is None:
        raise MechanismError(f"no affinity of {name} was computed for {', '.join(scale)}")
    pairs = shipped_pairs(scale, CHOICE)
    slope, intercept = np.polyfit([value for _, value in pairs], [a.mayr_e for a, _ in pairs], 1)
    return float(slope * affinity + intercept)


def marked_model(ligand: Ligand) -> str:
    """Return the SMILES of a drug's truncated model, marked as in ``Acceptor``.

    Raises
    ------
    MechanismError
        When the drug has no warhead.
    """
    kept = kept_atoms(ligand)
    assert ligand.warhead is not None, "a drug with atoms to keep has a warhead"
    mol = Chem.Mol(ligand.mol)
    mol.GetAtomWithIdx(ligand.warhead.reactive_atom_index).SetAtomMapNum(_ATTACKED)
    mol.GetAtomWithIdx(ligand.warhead.partner_atom_index).SetAtomMapNum(_ALPHA)
    return Chem.MolToSmiles(cut_back(mol, kept))


def reactants_and_product(
    smiles: str, probe: Probe, name: str
) -> tuple[tuple[Chem.Mol, str], tuple[Chem.Mol, str], tuple[Chem.Mol, str]]:
    """Return acceptor, anion and their product, each with its name.

    Parameters
    ----------
    smiles
        With atom map numbers, see ``Acceptor``.

    Raises
    ------
    MechanismError
        When the map numbers mark no double bond.
    """
    acceptor = Chem.MolFromSmiles(smiles)
    made = _adduct_anion(acceptor, probe, name)
    anion = Chem.MolFromSmiles(PROBES[probe])
    return (acceptor, name), (anion, probe), (made, f"the {probe} adduct of {name}")


def lowest_minimum(mol: Chem.Mol, name: str, seed: int = 1) -> Species:
    """Return the lowest conformer in water of an acceptor or an anion.

    Raises
    ------
    MechanismError
        When it has no minimum at this level.
    """
    if not Chem.GetFormalCharge(mol):
        return species(
            mol, name, seed, n_embedded=_N_EMBEDDED, n_optimised=_N_OPTIMISED, vibrations=False
        )
    # the force field knows no carbanions: shapes of the neutral molecule, one proton off
    full, starts = _anion_shapes(mol, name, seed)
    engine = Gfn2([a.GetAtomicNum() for a in full.GetAtoms()], -1, name=name)
    return from_starts(full, starts, engine, name=name, vibrations=False)


def energies_in_media(found: Species, level: AffinityLevel) -> dict[str, float]:
    """Return the energy of a minimum in each medium, kcal/mol."""
    if level == "dft diffuse":
        return with_diffuse(found, energies_in_media(found, "dft"))
    energies = {}
    for medium in MEDIA:
        solvent = "" if medium == "gas" else medium
        engine = Gfn2(found.elements.tolist(), found.charge, solvent=solvent, name=found.name)
        energies[medium] = engine(found.coordinates).energy
    if level == "gfn2":
        return energies
    gas = dft_energy(found.elements, found.coordinates, found.charge, found.name)
    return {medium: gas + energy - energies["gas"] for medium, energy in energies.items()}


def with_diffuse(found: Species, energies: Mapping[str, float]) -> dict[str, float]:
    """Return energies of the level ``dft`` in each medium with what diffuse functions add."""
    added = diffuse_energy(found.elements, found.coordinates, found.charge, found.name)
    return {medium: energy + added for medium, energy in energies.items()}


def _adduct_anion(acceptor: Chem.Mol, probe: Probe, name: str) -> Chem.Mol:
    """Return the product of adding an anion, its charge on the alpha atom."""
    mol = Chem.RWMol(acceptor)
    marked = {atom.GetAtomMapNum(): atom.GetIdx() for atom in mol.GetAtoms()}
    if not {_ATTACKED, _ALPHA} <= set(marked):
        raise MechanismError(f"{name}: mark the attacked atom with :1 and the next one with :2")
    bond = mol.GetBondBetweenAtoms(marked[_ATTACKED], marked[_ALPHA])
    if bond is None or bond.GetBondType() != Chem.BondType.DOUBLE:
        raise MechanismError(f"{name}: the marked atoms have no double bond between them")
    bond.SetStereo(Chem.BondStereo.STEREONONE)
    bond.SetBondType(Chem.BondType.SINGLE)
    for other in mol.GetBonds():
        other.SetBondDir(Chem.BondDir.NONE)
    mol.GetAtomWithIdx(marked[_ALPHA]).SetFormalCharge(-1)
    last = marked[_ATTACKED]
    for number in (6,) if probe == "methyl anion" else (16, 6):
        new = mol.AddAtom(Chem.Atom(number))
        mol.AddBond(last, new, Chem.BondType.SINGLE)
        last = new
    Chem.SanitizeMol(mol)
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return mol.GetMol()


def _anion_shapes(mol: Chem.Mol, name: str, seed: int) -> tuple[Chem.Mol, FloatArray]:
    """Return a carbanion with hydrogens, and starts from its conjugate acid."""
    acid = Chem.RWMol(mol)
    place = next(atom for atom in acid.GetAtoms() if atom.GetAtomMapNum() == _ALPHA)
    place.SetFormalCharge(0)
    place.SetNumExplicitHs(place.GetNumExplicitHs() + 1)
    Chem.SanitizeMol(acid)
    full, shapes = shapes_of(acid.GetMol(), name, seed, _N_EMBEDDED)
    return deprotonated(full, place.GetIdx(), shapes[:_N_OPTIMISED])
