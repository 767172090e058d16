"""Closing a loop: backbones with ideal geometry whose last residue falls onto a given one.

The unknowns are the dihedrals, and stiffly the bond angles. Damped least squares (Buss 2004,
"Introduction to inverse kinematics with Jacobian transpose, pseudoinverse and damped least squares
methods") takes all of them towards closure at once, so that each changes little and a dihedral
stays near the value that was drawn for it. Many loops are closed side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.structures.source import FloatArray

C_N, N_CA, CA_C, C_O = 1.329, 1.458, 1.525, 1.231
CA_C_N, C_N_CA, N_CA_C, CA_C_O = 116.2, 121.7, 111.2, 120.8
"""Bond lengths (angstrom) and angles (degrees) of a peptide (Engh and Huber 1991,
doi:10.1107/S0108767391001071); those of all residues but glycine and proline, used for all."""

CA_CB, N_CA_CB, C_CA_CB = 1.530, 110.5, 110.1
"""Of the same source."""

CLOSED_ANGSTROM = 0.05
_SPREAD_DEGREE = {"psi": 20.0, "omega": 3.0, "phi": 20.0, "angle": 1.5, "anchor": 5.0}
"""How easily each unknown gives way: steps are smallest in units of these."""

_LONGEST_STEP_DEGREE = 25.0
_DAMPING = 1e-4
_RETURN = 0.3
_STEPS = 30
_MOST_OMEGA_DEGREE, _MOST_ANGLE_DEGREE = 25.0, 9.0


@dataclass(frozen=True)
class ClosedLoops:
    """Loops that were closed.

    Parameters
    ----------
    backbone
        ``(n_loops, n_residues, 4, 3)`` angstrom: N, CA, C and O.
    phi, psi
        ``(n_loops, n_residues)`` degrees.
    last_phi
        ``(n_loops,)`` degrees: phi of the anchor after the loop.
    """

    backbone: FloatArray
    phi: FloatArray
    psi: FloatArray
    last_phi: FloatArray


def placed_atoms(
    a: FloatArray,
    b: FloatArray,
    c: FloatArray,
    bond: float | FloatArray,
    angle: FloatArray,
    torsion: FloatArray,
) -> FloatArray:
    """Return ``(n, 3)`` atoms d bonded to c, with angle b-c-d and dihedral a-b-c-d (radians)."""
    axis = _unit(c - b)
    normal = _unit(np.cross(b - a, axis))
    inward = np.cross(normal, axis)
    sine = np.sin(angle)
    placed: FloatArray = c + np.asarray(bond) * (
        -np.cos(angle)[:, None] * axis
        + (sine * np.cos(torsion))[:, None] * inward
        + (sine * np.sin(torsion))[:, None] * normal
    )
    return placed


def closed_loops(
    first: FloatArray, last: FloatArray, psi_before: float, dihedrals: FloatArray
) -> ClosedLoops:
    """Return the loops that close, out of the drawn ones; peptide bonds are trans.

    Parameters
    ----------
    first, last
        ``(3, 3)`` angstrom: N, CA and C of the residues before and after the loop.
    psi_before
        Of the residue before, in degrees: its O tells it.
    dihedrals
        ``(n_loops, n_residues + 1, 2)`` degrees: phi and psi of each residue to start from, at
        the end those of the residue after (its psi is not used).
    """
    torsions, angles, bonds = _ideal(last, psi_before, dihedrals)
    rest_torsions, rest_angles = torsions.copy(), angles.copy()
    spread, stiff = _spreads(torsions.shape[1])
    for _ in range(_STEPS):
        chain = _chain(first, torsions, angles, bonds)
        gap = (last[None] - chain[:, -3:]).reshape(len(chain), 9)
        jacobian = _jacobian(chain)
        off = np.concatenate([_wrapped(rest_torsions - torsions), rest_angles - angles], axis=1)
        # stiff unknowns drift back as far as closure allows
        homing = _RETURN * off * stiff
        weighted = jacobian * spread**2
        matrix = weighted @ jacobian.transpose(0, 2, 1) + _DAMPING * np.eye(9)
        wanted = gap - np.einsum("nij,nj->ni", jacobian, homing)
        step = homing + np.einsum(
            "nij,ni->nj", weighted, np.linalg.solve(matrix, wanted[:, :, None])[:, :, 0]
        )
        longest = np.abs(step).max(axis=1, keepdims=True)
        step *= np.minimum(1.0, np.radians(_LONGEST_STEP_DEGREE) / np.maximum(longest, 1e-9))
        torsions = torsions + step[:, : torsions.shape[1]]
        angles = angles + step[:, torsions.shape[1] :]
    chain = _chain(first, torsions, angles, bonds)
    error = np.sqrt(((chain[:, -3:] - last) ** 2).sum(axis=2).mean(axis=1))
    flat = np.abs(_wrapped(torsions[:, 1::3] - np.pi)).max(axis=1) < np.radians(_MOST_OMEGA_DEGREE)
    straight = np.abs(angles - rest_angles).max(axis=1) < np.radians(_MOST_ANGLE_DEGREE)
    good = (error < CLOSED_ANGSTROM) & flat & straight
    return _loops(chain[good], np.degrees(_wrapped(torsions[good])))


def beta_carbons(backbone: FloatArray) -> FloatArray:
    """Return ``(n_loops, n_residues, 3)`` CB positions of L-residues, angstrom.

    Parameters
    ----------
    backbone
        ``(n_loops, n_residues, 4, 3)`` angstrom: N, CA, C and O.
    """
    n, ca, c = (backbone[:, :, i] for i in range(3))
    to_n, to_c = _unit(n - ca), _unit(c - ca)
    normal = _unit(np.cross(to_n, to_c))
    # the direction with the two angles: in the plane of N, CA and C, and off it
    between = np.sum(to_n * to_c, axis=2, keepdims=True)
    cos_n, cos_c = np.cos(np.radians(N_CA_CB)), np.cos(np.radians(C_CA_CB))
    along_n = (cos_n - cos_c * between) / (1 - between**2)
    along_c = (cos_c - cos_n * between) / (1 - between**2)
    plane = along_n * to_n + along_c * to_c
    height = np.sqrt(np.maximum(1 - np.sum(plane * plane, axis=2, keepdims=True), 0.0))
    result: FloatArray = ca + CA_CB * (plane + height * normal)
    return result


def _ideal(
    last: FloatArray, psi_before: float, dihedrals: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return torsions, angles (radians) and bonds of the atoms N, CA, C of each residue."""
    count, residues = dihedrals.shape[:2]
    torsions = np.empty((count, residues, 3))
    torsions[:, 0, 0] = psi_before
    torsions[:, 1:, 0] = dihedrals[:, :-1, 1]
    torsions[:, :, 1] = 180.0
    torsions[:, :, 2] = dihedrals[:, :, 0]
    angles = np.tile([CA_C_N, C_N_CA, N_CA_C], (count, residues, 1))
    bonds = np.tile([C_N, N_CA, CA_C], (residues, 1))
    # the residue after the loop is as it is
    to_n, to_c = last[0] - last[1], last[2] - last[1]
    bonds[-1, 1:] = np.linalg.norm(to_n), np.linalg.norm(to_c)
    angles[:, -1, 2] = np.degrees(np.arccos(np.dot(_unit(to_n), _unit(to_c))))
    return (
        np.radians(torsions.reshape(count, -1)),
        np.radians(angles.reshape(count, -1)),
        bonds.ravel(),
    )


def _spreads(n_atoms: int) -> tuple[FloatArray, FloatArray]:
    """Return each unknown's spread in radians, and 1 where it is held to its ideal value."""
    torsion = np.tile([_SPREAD_DEGREE[name] for name in ("psi", "omega", "phi")], n_atoms // 3)
    torsion[0] = _SPREAD_DEGREE["anchor"]
    angle = np.full(n_atoms, _SPREAD_DEGREE["angle"])
    angle[-1] = 1e-6
    spread = np.radians(np.concatenate([torsion, angle]))
    stiff = np.ones(2 * n_atoms)
    stiff[:n_atoms] = np.tile([0.0, 1.0, 0.0], n_atoms // 3)
    stiff[0] = 1.0
    return spread, stiff


def _chain(
    first: FloatArray, torsions: FloatArray, angles: FloatArray, bonds: FloatArray
) -> FloatArray:
    """Return ``(n_loops, 3 + n_atoms, 3)``: the anchor before the loop, then what is placed."""
    count, n_atoms = torsions.shape
    chain = np.empty((count, 3 + n_atoms, 3))
    chain[:, :3] = first
    for k in range(n_atoms):
        a, b, c = chain[:, k], chain[:, k + 1], chain[:, k + 2]
        chain[:, k + 3] = placed_atoms(a, b, c, bonds[k], angles[:, k], torsions[:, k])
    return chain


def _jacobian(chain: FloatArray) -> FloatArray:
    """Return ``(n_loops, 9, 2 n_atoms)``: how the last residue moves with torsions and angles."""
    count, n_atoms = len(chain), chain.shape[1] - 3
    pivot = chain[:, 2:-1]
    axis = _unit(pivot - chain[:, 1:-2])
    bond = chain[:, 3:] - pivot
    across = _unit(bond - np.sum(bond * axis, axis=2, keepdims=True) * axis)
    turns = np.concatenate([axis, np.cross(across, axis)], axis=1)
    pivots = np.concatenate([pivot, pivot], axis=1)
    ends = chain[:, -3:]
    moves = np.cross(turns[:, None], ends[:, :, None] - pivots[:, None])
    # an unknown moves only what is placed with it or after it
    atom = np.arange(n_atoms)
    moved = (n_atoms - 3 + np.arange(3))[:, None] >= np.concatenate([atom, atom])[None]
    moves *= moved[None, :, :, None]
    result: FloatArray = moves.transpose(0, 1, 3, 2).reshape(count, 9, 2 * n_atoms)
    return result


def _loops(chain: FloatArray, torsions: FloatArray) -> ClosedLoops:
    count = len(chain)
    atoms = chain[:, 3:].reshape(count, chain.shape[1] // 3 - 1, 3, 3)
    loop, after = atoms[:, :-1], atoms[:, 1:, 0]
    # O lies in the plane of CA, C and the next N
    to_ca, to_n = _unit(loop[:, :, 1] - loop[:, :, 2]), _unit(after - loop[:, :, 2])
    normal = _unit(np.cross(to_ca, to_n))
    inward = np.cross(normal, to_ca)
    angle = np.radians(CA_C_O)
    oxygen = loop[:, :, 2] + C_O * (np.cos(angle) * to_ca - np.sin(angle) * inward)
    backbone = np.concatenate([loop, oxygen[:, :, None]], axis=2)
    return ClosedLoops(backbone, torsions[:, 2:-1:3], torsions[:, 3::3], torsions[:, -1])


def _unit(vectors: FloatArray) -> FloatArray:
    result: FloatArray = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return result


def _wrapped(radians: FloatArray) -> FloatArray:
    result: FloatArray = (radians + np.pi) % (2 * np.pi) - np.pi
    return result
