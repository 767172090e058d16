"""The page of a receptor: its groove with the pockets, in one file without a network."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from workbench.report.groove_scene import build_groove_scene, residue_labels
from workbench.report.landmarks import CARBON_RADIUS_ANGSTROM, SMALLEST_BALL_ANGSTROM
from workbench.report.still import draw_still
from workbench.report.summary import sentence
from workbench.report.templating import ALPHAFOLD, environment, page_parts

VERDICTS = {
    "thiol": "is a free thiol",
    "no_thiol": "has no thiol: no covalent adduct can form",
    "oxidised": "is oxidised in the entry: it cannot react",
    "bonded": "is bonded in the entry: it cannot react",
}
STATES = {
    "open": "The groove is open and empty",
    "intermediate": "The groove is neither open nor closed",
    "closed": "The groove is closed: too narrow to dock into",
    "occupied": "In the entry the groove is filled",
    "unknown": "Too little of the groove is modelled to tell its state",
}


def groove_html(pdb: str, record: dict[str, Any], bounds: dict[str, float]) -> str:
    """Return the page of a receptor.

    Parameters
    ----------
    pdb
        The receptor as PDB text.
    record
        What ``receptor.json`` holds.
    bounds
        ``closed_below_angstrom``, ``open_from_angstrom``, ``occupied_from_contacts`` and
        ``contact_angstrom``: what the groove's state was decided by.

    Raises
    ------
    OutputError
        When the receptor cannot be drawn as its record says.
    """
    scene = build_groove_scene(pdb, record)
    residues = residue_labels(pdb)
    return (
        environment()
        .get_template("groove.html")
        .render(
            **page_parts(scene, record["provenance"], ALPHAFOLD if _is_model(record) else ()),
            record=record,
            bounds=bounds,
            human=record["numbering"] == "human",
            of_groove=not _elsewhere(record),
            headline=headline(record, residues),
            tone=_tone(record),
            measures=_measures(record["groove_measures"]),
            pockets=[
                pocket | {"labels": [_label(n, residues, record) for n in pocket["residues"]]}
                for pocket in record.get("pockets", [])
            ],
            lining=[_label(n, residues, record) for n in record.get("lining_residues", [])],
            changes=[sentence(change) for change in record["changes"]],
            carbon=CARBON_RADIUS_ANGSTROM,
            smallest=SMALLEST_BALL_ANGSTROM,
            still=Markup(draw_still(scene, f"The groove of {record['name']}")),
            what="The groove with its lining and pockets",
        )
    )


def headline(record: dict[str, Any], labels: dict[int, str]) -> str:
    """Return the groove's state and what the reactive residue can do."""
    residue = labels.get(record["human_residue"], record["entry_residue"])
    reactive = f"{residue} {VERDICTS[record['verdict']]}"
    if _elsewhere(record):
        return f"Not the NES groove of XPO1; {reactive}."
    return f"{STATES[record['groove_state']]}; {reactive}."


def _label(number: int, labels: dict[int, str], record: dict[str, Any]) -> str:
    """Return a residue as the receptor has it, with the entry's own number where it differs."""
    label = labels.get(number, str(number))
    residue_map = record["residue_map"]
    entry = str(residue_map.get(str(number), "")).split(":")[-1]
    return label if entry in ("", str(number)) else f"{label} ({entry})"


def _is_model(record: dict[str, Any]) -> bool:
    source = str(record["source"])
    return "AF-" in source or "AlphaFold" in source or record["name"].startswith("human-groove")


def _elsewhere(record: dict[str, Any]) -> bool:
    """Return whether the reactive residue lies in another protein, or outside XPO1's groove."""
    return bool(record["numbering"] != "human" and record["groove_state"] == "unknown")


def _tone(record: dict[str, Any]) -> str:
    usable = record["groove_state"] == "open" or _elsewhere(record)
    return "good" if usable and record["verdict"] == "thiol" else "plain"


def _measures(measures: dict[str, float]) -> list[tuple[str, float, str]]:
    """Return name, value and unit of each measure, the mean first."""
    rows = []
    for key, value in sorted(measures.items(), key=lambda item: item[0].startswith("ca_")):
        words = key.removesuffix("_angstrom").split("_")
        if words[0] == "ca":
            rows.append((f"CA {words[1]} to CA {words[2]}", value, "\u00c5"))
        else:
            unit = "\u00c5" if key.endswith("_angstrom") else ""
            rows.append((" ".join(words).capitalize(), value, unit))
    return rows
