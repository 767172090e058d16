"""A still of the scene as SVG: sticks and ribbon sorted by depth, and labels that never overlap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Label = tuple[str, float, float, str]
"""Text, x and y in pixels, colour."""

WIDTH, HEIGHT = 960, 600
INK = "#1a2230"


def residue_labels(scene: dict[str, Any], at: FloatArray, shown: set[int]) -> list[Label]:
    """Return the residues' labels: those in focus first, then the nearest."""
    found = []
    residue = np.asarray(scene["receptor"]["residue"], dtype=int)
    for index in sorted(shown):
        own = at[residue == index]
        x, y, depth = (own[1:] if len(own) > 1 else own)[:, :3].mean(axis=0)
        key = (index not in scene["focus"], -depth)
        found.append((key, (scene["receptor"]["labels"][index], x, y, INK)))
    return [label for _, label in sorted(found)]


def label_texts(labels: list[Label], taken: list[tuple[float, float, float]]) -> str:
    """Place the labels in order, off the drug and each other; one without a place is left out.

    ``taken`` lists what is occupied: centre and half width in pixels.
    """
    parts = []
    for text, x0, y0, colour in labels:
        if not (0 <= x0 <= WIDTH and 0 <= y0 <= HEIGHT):
            continue
        half = 4.2 * len(text) + 5
        places = [(0, 0), (0, -20), (0, 20), (half + 14, 0), (-half - 14, 0), (0, -36), (0, 36)]
        for dx, dy in places:
            x, y = min(WIDTH - half, max(half, x0 + dx)), y0 + dy
            clear = all(abs(u - x) >= w + half or abs(v - y) >= 18 for u, v, w in taken)
            if 12 < y < HEIGHT - 12 and clear:
                taken.append((x, y, half))
                parts.append(
                    f'<text x="{x:.1f}" y="{y + 5:.1f}" fill="{colour}">{escape(text)}</text>'
                )
                break
    return (
        '<g font-family="system-ui,sans-serif" font-size="14" font-weight="600" '
        'text-anchor="middle" stroke="#fff" stroke-width="4" stroke-opacity="0.85" '
        f'paint-order="stroke" stroke-linejoin="round">{"".join(parts)}</g>'
    )


Colour = tuple[float, float, float]

CAMERA, FRONT, BACK = 62.0, 9.0, -24.0
HELIX_HALF, COIL_HALF = 1.1, 0.22
PAPER: Colour = (255, 255, 255)
RIBBON: Colour = (151, 172, 196)
CARBON: Colour = (137, 130, 118)
GOLD: Colour = (246, 178, 8)
POCKET: Colour = (123, 82, 199)
HYDROPHOBIC: Colour = (226, 140, 40)
POLAR: Colour = (70, 140, 215)
NEUTRAL: Colour = (228, 230, 226)
POCKET_INK = "#5a2fb0"
OTHER: Colour = (150, 150, 150)
ELEMENTS: dict[str, Colour] = {
    "C": (34, 150, 84),
    "N": (52, 92, 230),
    "O": (221, 44, 36),
    "F": (140, 218, 130),
    "S": (236, 190, 20),
    "Cl": (40, 190, 60),
    "Br": (150, 50, 30),
    "I": (120, 20, 150),
}


@dataclass
class _Canvas:
    """Collects shapes with their depth; the farthest is drawn first."""

    turn: FloatArray
    scale: float
    shapes: list[tuple[float, str]] = field(default_factory=list)

    def project(self, points: FloatArray) -> FloatArray:
        """Return ``(n, 4)``: x and y in pixels, depth in angstrom, pixels per angstrom."""
        turned = points @ self.turn.T
        k = self.scale * CAMERA / np.maximum(CAMERA - turned[:, 2], 8.0)
        return np.column_stack(
            [WIDTH / 2 + turned[:, 0] * k, HEIGHT / 2 - turned[:, 1] * k, turned[:, 2], k]
        )

    def add(self, depth: float, shape: str) -> None:
        self.shapes.append((depth, shape))


def draw_still(scene: dict[str, Any], title: str) -> str:
    """Return the first pose of a scene as one SVG picture on a white ground.

    ``title`` is the picture's accessible name; escaped here.
    """
    pose = scene["poses"][scene["first"]] if scene["poses"] else None
    receptor = _points(scene["receptor"]["xyz"])
    groove = [value for ribbon in scene["ribbons"] for value in ribbon["p"]]
    balls = [] if pose else scene["pockets"]
    pockets = _points([value for pocket in balls for value in pocket["xyz"]])
    empty = pockets if len(pockets) else _points(groove)
    drug = _points(pose["xyz"]) if pose else empty
    turn = np.array(scene["view"]).reshape(3, 3)
    margin = np.array([2.0, 5.6] if pose else [7.0, 7.0] if len(pockets) else [0.0, 0.0])
    extent = np.abs(drug @ turn.T)[:, :2].max(axis=0, initial=2.0) + margin
    canvas = _Canvas(turn, float(np.min(np.array([WIDTH, HEIGHT]) / extent)) / 2)
    _ribbons(canvas, scene["ribbons"], pose is not None or len(pockets) > 0)
    if scene["surface"] and not pose:
        _surface(canvas, scene["surface"])
    shown = {*scene["focus"], *(pose["near"] if pose else scene["lining"])}
    if pose:
        for i, *point in np.reshape(pose["moved"], (-1, 4)).tolist():
            receptor[i] = np.array(point) / 100
    at = canvas.project(receptor) if len(receptor) else np.zeros((0, 4))
    _side_chains(canvas, scene, at, shown, pose)
    labels = _pockets(canvas, balls, pockets) + residue_labels(scene, at, shown)
    taken: list[tuple[float, float, float]] = []
    if pose:
        drug_at = canvas.project(drug)
        _molecule(canvas, pose, drug_at)
        labels = _contacts(canvas, pose, at, drug_at) + labels
        busy = [drug_at]
        if pose["link"]:
            ends = np.array([at[pose["link"][0]], drug_at[pose["link"][1]]])
            busy += [ends, ends.mean(axis=0, keepdims=True)]
        taken = [(x, y, 12.0) for x, y in np.vstack(busy)[:, :2].tolist()]
    shapes = "".join(shape for _, shape in sorted(canvas.shapes, key=lambda pair: pair[0]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f"aria-label={quoteattr(title)}><title>{escape(title)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#fff"/>'
        f'<g stroke-linecap="round">{shapes}</g>{label_texts(labels, taken)}{_note(pose)}</svg>'
    )


def _points(flat: list[int]) -> FloatArray:
    return np.asarray(flat, dtype=np.float64).reshape(-1, 3) / 100


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    a, b, c = (x + (y - x) * share for x, y in zip(first, second, strict=True))
    return a, b, c


def _shade(colour: Colour, depth: float) -> Colour:
    """Fade a colour into the paper with distance."""
    share = max(0.0, (FRONT - depth) / (FRONT - BACK)) ** 1.25
    return _mix(colour, PAPER, min(0.86, share))


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(value):02x}" for value in colour)


def _line(a: FloatArray, b: FloatArray, width: float, colour: Colour, more: str = "") -> str:
    return (
        f'<path d="M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" stroke="{_hex(colour)}" '
        f'stroke-width="{width:.1f}"{more}/>'
    )


def _stick(canvas: _Canvas, a: FloatArray, b: FloatArray, radius: float, colour: Colour) -> None:
    depth = float(a[2] + b[2]) / 2
    width, shaded = radius * float(a[3] + b[3]), _shade(colour, depth)
    lift = np.array([width * 0.16, width * 0.16, 0, 0])
    canvas.add(
        depth,
        _line(a, b, width, _mix(shaded, (0, 0, 0), 0.34))
        + _line(a, b, width * 0.72, shaded)
        + _line(a - lift, b - lift, width * 0.24, _mix(shaded, (255, 255, 255), 0.4)),
    )


def _bond(
    canvas: _Canvas, ends: FloatArray, radius: float, colours: tuple[Colour, Colour], order: int = 1
) -> None:
    """Draw a bond in two halves; a double or triple one as a pair of thin sticks."""
    across = np.array([-(ends[1, 1] - ends[0, 1]), ends[1, 0] - ends[0, 0], 0.0, 0.0])
    across *= radius * 0.95 * ends[0, 3] / max(float(np.hypot(across[0], across[1])), 1.0)
    for side in (-1, 1) if order > 1 else (0,):
        a, b = ends[0] + side * across, ends[1] + side * across
        thin = radius * 0.62 if order > 1 else radius
        _stick(canvas, a, (a + b) / 2, thin, colours[0])
        _stick(canvas, (a + b) / 2, b, thin, colours[1])


def _ball(canvas: _Canvas, p: FloatArray, radius: float, colour: Colour) -> None:
    shaded, r = _shade(colour, float(p[2])), radius * float(p[3])
    canvas.add(
        float(p[2]) + radius / 2,
        f'<circle cx="{p[0]:.1f}" cy="{p[1]:.1f}" r="{r:.1f}" fill="{_hex(shaded)}" '
        f'stroke="{_hex(_mix(shaded, (0, 0, 0), 0.34))}" stroke-width="{r * 0.14:.1f}"/>'
        f'<circle cx="{p[0] - r * 0.3:.1f}" cy="{p[1] - r * 0.34:.1f}" r="{r * 0.34:.1f}" '
        f'fill="{_hex(_mix(shaded, (255, 255, 255), 0.55))}"/>',
    )


def _ribbons(canvas: _Canvas, ribbons: list[dict[str, Any]], has_subject: bool) -> None:
    for ribbon in ribbons:
        raw = np.where(np.array(list(ribbon["h"])) == "1", HELIX_HALF, COIL_HALF)
        padded = np.pad(raw, 3, mode="edge")
        half = np.convolve(padded, np.ones(7) / 7, mode="valid")[:, None]
        middle, side = _points(ribbon["p"]), _points(ribbon["s"])
        left, right = canvas.project(middle + half * side), canvas.project(middle - half * side)
        normals = np.cross(np.diff(middle, axis=0), side[1:]) @ canvas.turn.T
        facing = np.abs(normals[:, 2]) / np.linalg.norm(normals, axis=1).clip(min=1e-6)
        for i, light in enumerate(0.6 + 0.4 * facing):
            corners = np.array([left[i], left[i + 1], right[i + 1], right[i]])
            # what stands before the drug or the pockets turns to glass, so that it never hides it
            alpha = 1 - (float(corners[:, 2].mean()) - 4) / 8 if has_subject else 1.0
            _quad(canvas, corners, float(light), min(1.0, max(0.15, alpha)))


def _quad(canvas: _Canvas, corners: FloatArray, light: float, alpha: float) -> None:
    depth = float(corners[:, 2].mean())
    colour = _shade(_mix((0, 0, 0), RIBBON, light), depth)
    outline = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners[:, :2])
    glass = f' opacity="{alpha:.2f}"' if alpha < 1 else ""
    width = float(np.linalg.norm(corners[0] - corners[3])) / float(corners[0, 3])
    core = float(corners[0, 3]) * COIL_HALF * 1.7 if width < 0.8 and not glass else 0.0
    centre = (corners[[0, 1]] + corners[[3, 2]]) / 2
    edge = _mix(colour, (0, 0, 0), 0.35)
    canvas.add(
        depth - 0.3,
        f'<g{glass}><path d="M{outline}Z" fill="{_hex(colour)}" stroke="{_hex(colour)}"/>'
        + (_line(centre[0], centre[1], core, colour) if core else "")
        + _line(corners[0], corners[1], 1.1, edge)
        + _line(corners[3], corners[2], 1.1, edge)
        + "</g>",
    )


def _surface(canvas: _Canvas, mesh: dict[str, Any]) -> None:
    """Draw the near side of the groove's surface, orange where hydrophobic, blue where polar."""
    if not mesh["quads"]:
        return
    points = _points(mesh["xyz"])
    at = canvas.project(points)
    hydropathy = np.asarray(mesh["hydropathy"]) / 100
    for quad in np.reshape(mesh["quads"], (-1, 4)):
        corners, four = at[quad], points[quad]
        normal = np.cross(four[2] - four[0], four[3] - four[1]) @ canvas.turn.T
        if normal[2] <= 0:
            continue
        light = 0.62 + 0.38 * float(normal[2] / np.linalg.norm(normal).clip(min=1e-6))
        share = float(hydropathy[quad].mean())
        tint = _mix(NEUTRAL, HYDROPHOBIC if share > 0 else POLAR, abs(share))
        depth = float(corners[:, 2].mean())
        alpha = min(0.92, max(0.13, 0.92 - (depth + 1) / 5))
        outline = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners[:, :2])
        colour = _hex(_shade(_mix((0, 0, 0), tint, light), depth))
        canvas.add(
            depth - 1.5, f'<path d="M{outline}Z" fill="{colour}" fill-opacity="{alpha:.2f}"/>'
        )


def _side_chains(
    canvas: _Canvas, scene: dict[str, Any], at: FloatArray, shown: set[int], pose: Any
) -> None:
    receptor = scene["receptor"]
    colours = [CARBON if e == "C" else ELEMENTS.get(e, OTHER) for e in receptor["elements"]]
    for i, j in np.reshape(receptor["bonds"], (-1, 2)).tolist():
        if receptor["residue"][i] in shown:
            radius = 0.16 if receptor["residue"][i] in scene["focus"] else 0.11
            _bond(canvas, at[[i, j]], radius, (colours[i], colours[j]))
    for i, residue in enumerate(receptor["residue"]):
        if residue in shown and i in receptor["bonds"]:
            sulphur = i == ((pose["link"] or [None])[0] if pose else scene["sulphur"])
            radius = 0.42 if sulphur else 0.18 if residue in scene["focus"] else 0.13
            _ball(canvas, at[i], radius, colours[i])


def _molecule(canvas: _Canvas, pose: dict[str, Any], at: FloatArray) -> None:
    colours = [ELEMENTS.get(element, OTHER) for element in pose["elements"]]
    for i, j, order in np.reshape(pose["bonds"], (-1, 3)).tolist():
        _bond(canvas, at[[i, j]], 0.17, (colours[i], colours[j]), order)
    for point, colour in zip(at, colours, strict=True):
        _ball(canvas, point, 0.33, colour)


def _pockets(canvas: _Canvas, balls: list[dict[str, Any]], centres: FloatArray) -> list[Label]:
    """Draw the pockets as glass balls; return their labels."""
    labels: list[Label] = []
    colour = _hex(POCKET)
    for pocket, p in zip(balls, canvas.project(centres), strict=True):
        radius = pocket["radius"] / 100 * float(p[3])
        canvas.add(
            float(p[2]),
            f'<circle cx="{p[0]:.1f}" cy="{p[1]:.1f}" r="{radius:.1f}" fill="{colour}" '
            f'fill-opacity="0.4" stroke="{colour}" stroke-width="1.4"/>',
        )
        labels.append((pocket["name"], float(p[0]), float(p[1]), POCKET_INK))
    return labels


def _note(pose: dict[str, Any] | None) -> str:
    """Say on the picture itself that a pose is not valid."""
    if not pose or not pose["note"]:
        return ""
    return (
        '<text x="16" y="28" fill="#a1241b" font-family="system-ui,sans-serif" font-size="15" '
        f'font-weight="700">{escape(pose["note"])}</text>'
    )


def _contacts(
    canvas: _Canvas, pose: dict[str, Any], at: FloatArray, drug_at: FloatArray
) -> list[Label]:
    """Draw the S-C link and the dashed contacts; return the link's label."""
    for x, y, z, atom, _ in pose["dashes"]:
        a = canvas.project(np.array([[x, y, z]]) / 100)[0]
        colour = _shade((10, 110, 150), float(a[2]))
        canvas.add(
            float(a[2] + drug_at[atom, 2]) / 2,
            _line(a, drug_at[atom], 2, colour, ' stroke-dasharray="5 5" stroke-linecap="butt"'),
        )
    if not pose["link"]:
        return []
    sulphur, carbon, distance, bonded = pose["link"]
    a, b = at[sulphur], drug_at[carbon]
    x, y = (a[:2] + b[:2]) / 2
    if bonded:
        depth = float(a[2] + b[2]) / 2
        canvas.add(depth - 0.05, _line(a, b, 0.95 * float(a[3]), GOLD, ' opacity="0.3"'))
        _stick(canvas, a, b, 0.25, GOLD)
        return [(f"S\u2013C {distance} \u00c5", x, y, "#7a5200")]
    canvas.add(float(a[2]), _line(a, b, 2.5, GOLD, ' stroke-dasharray="3 6"'))
    return [(f"S\u00b7\u00b7\u00b7C {distance} \u00c5, no bond", x, y, "#7a5200")]
