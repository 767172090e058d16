"""The records of ``workbench compounds`` as text for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from workbench.cli.columns import aligned
from workbench.text import clean_text

Record = dict[str, Any]
Line = tuple[str, str]


def list_text(records: Sequence[Record]) -> str:
    """Return the catalogue as a table."""
    lines = [("name", "kind", "warhead", "reversibility", "PDB", "g/mol", "confidence")]
    lines += [
        (
            record["name"],
            record["kind"].replace("_", " "),
            record.get("warhead") or "-",
            _reversibility(record),
            " ".join(record["pdb_entries"]) or "-",
            f"{_weight(record):.2f}",
            record["confidence"],
        )
        for record in records
    ]
    return _table(lines) if records else "no compound has such a warhead"


def properties_text(records: Sequence[Record]) -> str:
    """Return the computed properties of the drugs as a table, what was measured in the end."""
    head = ("name", "g/mol", "clogP", "TPSA A2", "HBD", "HBA", "rotors", "QED", "log BB", "CNS MPO")
    lines = [(*head, "brain, measured")]
    for record in records:
        if "brain" not in record:
            continue
        properties, brain = record["properties"], record["brain"]
        lines.append(
            (
                record["name"],
                f"{_weight(record):.2f}",
                f"{properties['clogp']:.2f}",
                f"{properties['tpsa_angstrom2']:.1f}",
                str(properties["hydrogen_bond_donors"]),
                str(properties["hydrogen_bond_acceptors"]),
                str(properties["rotatable_bonds"]),
                f"{properties['qed']:.2f}",
                f"{brain['estimated']['log_bb']:.2f}",
                f"{brain['estimated']['cns_mpo']:.1f}",
                "; ".join(_finding(row) for row in brain["measured"][:1]) or "-",
            )
        )
    return _table(lines) + "\nall but the last column: computed from the structure, not measured"


def compound_text(record: Record) -> str:
    """Return one compound, field by field."""
    unverified = [f"{name} (unverified)" for name in record["unverified_synonyms"]]
    lines: list[Line] = [
        ("name", record["name"]),
        ("kind", record["kind"].replace("_", " ")),
        ("parent", record["parent"] or ""),
        ("synonyms", ", ".join([*record["synonyms"], *unverified])),
        ("SMILES", record["smiles"]),
        ("InChIKey", record["inchikey"]),
        ("formula", f"{record['formula']}, {_weight(record):.2f} g/mol"),
        ("PDB component", record["pdb_ligand"] or ""),
        ("PDB entries", " ".join(record["pdb_entries"])),
        ("warhead", record["reported_warhead"] or ""),
        ("reversibility", record["reported_reversibility"] or ""),
    ]
    if "brain" in record:
        lines += [*_warhead_lines(record), *_property_lines(record), *_brain_lines(record)]
        lines += [("alert", _alert(alert)) for alert in record["alerts"]]
    lines += [
        ("note", record["note"] or ""),
        ("source", record["source"]),
        ("confidence", record["confidence"]),
        *(("warning", text) for text in record.get("warnings", ())),
    ]
    return _fields(lines)


def pair_text(record: Record) -> str:
    """Return what changed from a reference to a ligand."""
    lines: list[Line] = [
        ("from", record["reference"]),
        ("to", record["ligand"]),
        ("common core", f"{record['core_smiles'] or 'none'} ({record['core_atoms']} atoms)"),
    ]
    if not record["core_search_complete"]:
        lines.append(("warning", "the search for the core hit its time limit; it may be larger"))
    for change in record["changes"]:
        lines.append(("changed", f"{change['taken_out'] or 'H'} to {change['put_in'] or 'H'}"))
    for begin, end in record["turned_double_bonds"]:
        lines.append(("turned over", f"the double bond between atoms {begin} and {end}"))
    for name, value in record["property_changes"].items():
        if value:
            lines.append((name, f"{value:+g} (computed)"))
    brain = record["brain"]
    lines += [("brain, measured", f"{r['compound']}: {_finding(r)}") for r in brain["measured"]]
    lines += [("brain, estimated", brain["comparison"]), ("reason", brain["reason"] or "")]
    return _fields(lines)


def _warhead_lines(record: Record) -> list[Line]:
    """Return what the thiol does, as the table of warheads has it."""
    if record["warhead"] is None:
        return [("modelled as", "no warhead")]
    return [
        ("modelled as", f"{record['warhead']}, {record['reversibility']}"),
        ("attacked atom", f"{record['attacked_atom']} (number 1)"),
        ("adducts", ", ".join(adduct["label"] for adduct in record["adducts"])),
        *(("afterwards", text) for text in record["follow_up"]),
        *(
            ("second warhead", f"{row['warhead']} at atom {row['reactive_atom_index']}")
            for row in record["other_warheads"]
        ),
    ]


def _property_lines(record: Record) -> list[Line]:
    return [(name, f"{value:g} (computed)") for name, value in record["properties"].items()]


def _brain_lines(record: Record) -> list[Line]:
    """Return measured findings first, then the estimates and how their pKa was set."""
    brain = record["brain"]
    estimated = brain["estimated"]
    if estimated["basic_pka"] is None:
        base = "no basic centre recognised, its term is 1"
    else:
        base = f"pKa {estimated['basic_pka']:g} of {estimated['basic_centre']}, not measured"
    lines = []
    for row in brain["measured"]:
        lines += [("brain, measured", f"{_finding(row)} [{row['source']}; {row['confidence']}]")]
        lines += [("reason", row["reason"])]
    return [
        *(lines or [("brain, measured", "nothing known")]),
        ("brain, compared", brain.get("comparison", "")),
        ("brain, estimated", f"log BB {estimated['log_bb']:.2f} (Clark 1999)"),
        ("", f"CNS MPO {estimated['cns_mpo']:.2f} of 6 (Wager 2010; {base}; "
         f"log D {estimated['log_d']:.2f})"),
    ]  # fmt: skip


def _finding(row: Record) -> str:
    """Return a measured row in one phrase."""
    value, low, high = (row[name] for name in ("value", "low", "high"))
    spread = "" if low is None else f"{low:g} to {high:g} {row['unit']}"
    if value is None:
        number = spread
    else:
        number = f"{value:g} {row['unit']}" + (f" ({spread})" if spread else "")
    said = ", ".join(text for text in (row["quantity"], number, row["system"]) if text)
    return f"{said}: {row['finding']}"


def _alert(alert: Record) -> str:
    where = "on the warhead" if alert["on_warhead"] else "elsewhere"
    return f"{alert['filter_set']} {alert['name'].replace('_', ' ')} ({where})"


def _reversibility(record: Record) -> str:
    """Return the catalogue's word on a drug, without its commentary."""
    if record["kind"] == "bound_form":
        return "-"
    return (record["reported_reversibility"] or "-").split(" (")[0]


def _weight(record: Record) -> float:
    holder = record.get("properties", record)
    return float(holder["molecular_weight_g_per_mol"])


def _fields(lines: Iterable[Line]) -> str:
    """Return named lines, the blank ones left out."""
    return aligned([(name, clean_text(text)) for name, text in lines if text])


def _table(lines: Iterable[Sequence[str]]) -> str:
    return aligned([[clean_text(cell) for cell in line] for line in lines])
