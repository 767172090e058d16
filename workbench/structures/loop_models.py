"""Models of one loop: drawn, closed, scored, with side chains, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import gemmi
import numpy as np
from scipy.spatial import cKDTree

from workbench.geometry import dihedral, superposed
from workbench.structures.building import SEED
from workbench.structures.fragment import FragmentResidue
from workbench.structures.loop_closure import ClosedLoops, beta_carbons, closed_loops
from workbench.structures.loop_energy import (
    Surroundings,
    backbone_energies,
    dihedral_energies,
    surroundings_of,
)
from workbench.structures.loop_gaps import LoopGap
from workbench.structures.ramachandran import (
    HELIX_DEGREE,
    OUTLIER_KCAL_PER_MOL,
    drawn_dihedrals,
    is_helical,
    residue_class,
    wrapped,
)
from workbench.structures.rotamers import roomiest_rotamer
from workbench.structures.side_chains import with_side_chain
from workbench.structures.source import FloatArray, SourceResidue, peptide_bonded

MODELS = 3
"""Kept of each loop: where the best does not relax soundly, the next is taken."""

_DRAWN = 1500
_REFINED, _REDRAWN = 25, 20
_REFINING_DEGREE = (12.0, 6.0)
"""So many of the best loops are each drawn so often again, first with the larger spread."""

_WITH_SIDE_CHAINS = 12
_FEWEST = 40
_APART_ANGSTROM = 0.4
_HELIX_SPREAD_DEGREE = 8.0
_NEAREST_ANGSTROM = 2.2
_SIDE_CHAIN_REACH_ANGSTROM = 24.0
_SWEEPS = 2


def loop_models(
    residues: Sequence[SourceResidue], gap: LoopGap, others: Sequence[SourceResidue]
) -> list[tuple[SourceResidue, ...]]:
    """Return the models of a missing loop, best first; none where no backbone has room.

    Parameters
    ----------
    residues
        Of the chain, in order; the gap follows number ``gap.before``.
    others
        Whatever else a loop must keep off.

    Notes
    -----
    Dihedrals are drawn from the Ramachandran distribution of each residue. Where the chain
    beside the gap is an alpha helix, half of the loops continue it for a random number of
    residues. The best ones are drawn again nearby and closed again. The same input gives the
    same models.
    """
    first, last = residues[gap.before], residues[gap.before + 1]
    reach = 3.8 * (len(gap.letters) + 1) + _SIDE_CHAIN_REACH_ANGSTROM
    around = surroundings_of([*residues, *others], first, last, reach)
    names = [gemmi.expand_one_letter(c, gemmi.ResidueKind.AA) or "" for c in gap.letters]
    search = _Search(
        first=first,
        last=last,
        names=names,
        classes=_classes(residues, gap),
        around=around,
    )
    loops, energies = search.scored(_drawn(residues, gap, search.classes))
    rng = np.random.default_rng(SEED)
    for spread in _REFINING_DEGREE:
        if not len(energies):
            return []
        near, near_energies = search.scored(_redrawn(loops, energies, spread, rng))
        loops = _joined(loops, near)
        energies = np.concatenate([energies, near_energies])
    ends = _fragment(first), _fragment(last)
    chosen = _apart(loops.backbone, np.argsort(energies, kind="stable").tolist())
    templates = _templates(names, loops.backbone[chosen[0]])
    fixed = np.concatenate([around.coordinates, *(end.coordinates for end in ends)])
    models = []
    for index in chosen:
        built, energy = _packed(names, loops.backbone[index], templates, fixed)
        models.append((float(energies[index]) + energy, built))
    models.sort(key=lambda model: model[0])
    return [_as_source(built, gap, first) for _, built in models[:MODELS]]


@dataclass(frozen=True)
class _Search:
    """What the backbones of one loop are closed on and scored with."""

    first: SourceResidue
    last: SourceResidue
    names: Sequence[str]
    classes: Sequence[str]
    around: Surroundings

    def scored(self, dihedrals: FloatArray) -> tuple[ClosedLoops, FloatArray]:
        """Return the loops that close from some dihedrals and have room, and their energies."""
        loops = closed_loops(_frame(self.first), _frame(self.last), _psi(self.first), dihedrals)
        strain, worst = dihedral_energies(loops, self.classes, _psi(self.last))
        loops, strain = _with_room(loops, strain, worst, self.around)
        ends = _fragment(self.first), _fragment(self.last)
        return loops, strain + backbone_energies(loops, self.names, *ends, self.around)


def _redrawn(
    loops: ClosedLoops, energies: FloatArray, spread_degree: float, rng: np.random.Generator
) -> FloatArray:
    """Return dihedrals near those of the best loops, to close again."""
    best = np.argsort(energies, kind="stable")[:_REFINED]
    phi = np.concatenate([loops.phi, loops.last_phi[:, None]], axis=1)[best]
    psi = np.concatenate([loops.psi, np.zeros((len(loops.psi), 1))], axis=1)[best]
    near = np.repeat(np.stack([phi, psi], axis=2), _REDRAWN, axis=0)
    return wrapped(near + spread_degree * rng.standard_normal(near.shape))


def _joined(one: ClosedLoops, other: ClosedLoops) -> ClosedLoops:
    return ClosedLoops(
        np.concatenate([one.backbone, other.backbone]),
        np.concatenate([one.phi, other.phi]),
        np.concatenate([one.psi, other.psi]),
        np.concatenate([one.last_phi, other.last_phi]),
    )


def _classes(residues: Sequence[SourceResidue], gap: LoopGap) -> list[str]:
    """Return the Ramachandran class of each missing residue and of the one after."""
    after = residues[gap.before + 1 : gap.before + 3]
    letters = gap.letters + "".join(residue.letter for residue in after) + "X"
    return [residue_class(letters[i], letters[i + 1]) for i in range(len(gap.letters) + 1)]


def _frame(residue: SourceResidue) -> FloatArray:
    return np.array([residue.position(name) for name in ("N", "CA", "C")])


def _psi(residue: SourceResidue) -> float:
    """Return psi from the residue's O, which is trans to the next N."""
    n, ca, c, o = (np.asarray(residue.position(name)) for name in ("N", "CA", "C", "O"))
    return float(dihedral(n, ca, c, o)) + 180.0


def _drawn(residues: Sequence[SourceResidue], gap: LoopGap, classes: Sequence[str]) -> FloatArray:
    """Return ``(n, n_residues + 1, 2)`` phi and psi to start from, degrees."""
    rng = np.random.default_rng(SEED)
    drawn = np.stack([drawn_dihedrals(kind, _DRAWN, rng) for kind in classes], axis=1)
    length = len(gap.letters)
    before, after = _helix_before(residues, gap.before), _helix_after(residues, gap.before + 1)
    place = np.arange(length + 1)[None]
    continued = np.zeros((_DRAWN, length + 1), dtype=np.bool_)
    if before:
        continued |= place < rng.integers(0, length + 2, _DRAWN)[:, None]
    if after:
        continued |= place > length - rng.integers(0, length + 2, _DRAWN)[:, None]
    continued[::2] = False
    helix = HELIX_DEGREE + _HELIX_SPREAD_DEGREE * rng.standard_normal(drawn.shape)
    return wrapped(np.where(continued[:, :, None], helix, drawn))


def _helix_before(residues: Sequence[SourceResidue], index: int) -> bool:
    """Return whether a residue and the one before it are in an alpha helix."""
    if index == 0 or not peptide_bonded(residues[index - 1], residues[index]):
        return False
    carbon = residues[index - 1].position("C")
    if carbon is None or "O" not in residues[index - 1].atom_names:
        return False
    phi = float(dihedral(carbon, *_frame(residues[index])))
    psi_before = wrapped(np.array([_psi(residues[index - 1])]))[0]
    return is_helical(phi, _psi(residues[index])) and is_helical(HELIX_DEGREE[0], psi_before)


def _helix_after(residues: Sequence[SourceResidue], index: int) -> bool:
    """Return whether a residue and the one after it are in an alpha helix."""
    if index + 1 >= len(residues) or not peptide_bonded(residues[index], residues[index + 1]):
        return False
    following = residues[index + 1]
    if not {"CA", "C", "O"} <= set(following.atom_names):
        return False
    carbon = np.asarray(residues[index].position("C"))
    phi = float(dihedral(carbon, *_frame(following)))
    return is_helical(phi, _psi(following)) and is_helical(HELIX_DEGREE[0], _psi(residues[index]))


def _with_room(
    loops: ClosedLoops, strain: FloatArray, worst: FloatArray, around: Surroundings
) -> tuple[ClosedLoops, FloatArray]:
    """Return the loops with allowed dihedrals whose backbone collides with nothing.

    Where no loop has allowed dihedrals throughout, the least bad ones are looked at.
    """
    if not len(worst):
        return loops, strain
    limit = OUTLIER_KCAL_PER_MOL
    if worst.min() > limit:
        limit = float(np.sort(worst)[:_FEWEST][-1])
    keep = np.flatnonzero(worst <= limit)
    if around.residues:
        tree = cKDTree(around.coordinates)
        # the two peptide bonds that join the loop to the chain are left to the energy
        nearest = tree.query(loops.backbone[keep])[0].min(axis=(1, 2))
        keep = keep[nearest > _NEAREST_ANGSTROM]
    kept = ClosedLoops(loops.backbone[keep], loops.phi[keep], loops.psi[keep], loops.last_phi[keep])
    return kept, strain[keep]


def _apart(backbones: FloatArray, order: Sequence[int]) -> list[int]:
    """Return the first loops in an order that differ from each other."""
    chosen: list[int] = []
    for index in order:
        deltas = backbones[chosen] - backbones[index]
        rmsds = np.sqrt((deltas**2).sum(axis=3).mean(axis=(1, 2)))
        if rmsds.min(initial=np.inf) > _APART_ANGSTROM:
            chosen.append(index)
        if len(chosen) == _WITH_SIDE_CHAINS:
            break
    return chosen


def _fragment(residue: SourceResidue) -> FragmentResidue:
    return FragmentResidue(residue.name, residue.number, residue.atom_names, residue.coordinates)


def _templates(names: Sequence[str], backbone: FloatArray) -> dict[str, FragmentResidue]:
    """Return one complete residue of each name, on a backbone of ``(n_residues, 4, 3)``."""
    carbons = beta_carbons(backbone[None])[0]
    templates = {}
    for name, atoms, carbon in zip(names, backbone, carbons, strict=True):
        if name not in templates:
            bare = FragmentResidue(name, 1, ("N", "CA", "C", "O"), atoms)
            if name != "GLY":
                places = np.concatenate([atoms, carbon[None]])
                bare = replace(bare, atom_names=(*bare.atom_names, "CB"), coordinates=places)
            templates[name] = with_side_chain(bare)
    return templates


def _on_backbone(
    template: FragmentResidue, number: int, backbone: FloatArray, carbon: FloatArray
) -> FragmentResidue:
    """Return a template's side chain on ``(4, 3)`` backbone atoms and a CB."""
    placed = superposed(
        np.array([template.position(name) for name in ("N", "CA", "C")]), backbone[:3]
    ).moved(template.coordinates)
    placed[[template.atom_names.index(name) for name in ("N", "CA", "C", "O")]] = backbone
    if template.name != "GLY":
        shift = carbon - placed[template.atom_names.index("CB")]
        moving = [i for i, n in enumerate(template.atom_names) if n not in ("N", "CA", "C", "O")]
        placed[moving] += shift
    return replace(template, number=number, coordinates=placed)


def _packed(
    names: Sequence[str],
    backbone: FloatArray,
    templates: dict[str, FragmentResidue],
    fixed: FloatArray,
) -> tuple[list[FragmentResidue], float]:
    """Return complete residues, each side chain in its roomiest rotamer, and their energy."""
    carbons = beta_carbons(backbone[None])[0]
    built = [
        _on_backbone(templates[name], i, backbone[i], carbons[i]) for i, name in enumerate(names)
    ]
    energies = np.zeros(len(built))
    for _ in range(_SWEEPS):
        for i, residue in enumerate(built):
            free = [n for n in residue.atom_names if n not in ("N", "CA", "C", "O", "CB")]
            rest = [other.coordinates for j, other in enumerate(built) if j != i]
            surroundings = np.concatenate([fixed, *rest])
            built[i], energies[i] = roomiest_rotamer(residue, free, surroundings)
    return built, float(energies.sum())


def _as_source(
    built: Sequence[FragmentResidue], gap: LoopGap, like: SourceResidue
) -> tuple[SourceResidue, ...]:
    return tuple(
        replace(
            like,
            number=number,
            name=residue.name,
            letter=letter,
            atom_names=residue.atom_names,
            elements=tuple(name[0] for name in residue.atom_names),
            coordinates=residue.coordinates,
        )
        for residue, number, letter in zip(built, gap.entry_numbers, gap.letters, strict=True)
    )
