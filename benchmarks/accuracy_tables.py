"""The records of the accuracy benchmark as Markdown: targets and failures first, then each run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any

from accuracy_cases import GROOVE, apart

Record = dict[str, Any]

TOP_ANGSTROM = 2.0
CORE_ANGSTROM = 1.5
LACTONE_ANGSTROM = 3.0
SAME_SEED_KCAL = 0.5
SAME_SEED_ANGSTROM = 1.0
CLOSE_KCAL = 1.0
ENCOUNTER_SG_C_ANGSTROM = 4.2
ENCOUNTER_CORE_ANGSTROM = 1.6
ARYL_NEIGHBOURS = 7
_RECEPTORS = "Receptors, each left out in turn"


def top(record: Record) -> Record:
    """Return the first pose of the best-scored diastereomer."""
    return min((a["poses"][0] for a in record["adducts"]), key=lambda pose: pose["score"])


def label_of_top(record: Record) -> str:
    """Return the best-scored diastereomer."""
    return str(min(record["adducts"], key=lambda a: a["poses"][0]["score"])["label"])


def best_of_ten(record: Record) -> float:
    """Return the lowest RMSD among the ten best-scored poses of all diastereomers."""
    poses = sorted((p for a in record["adducts"] for p in a["poses"]), key=lambda p: p["score"])
    return min(pose["rmsd"] for pose in poses[:10])


def best_of_each_ten(record: Record) -> float:
    """Return the lowest RMSD among the ten best-scored poses of each diastereomer."""
    return float(min(pose["rmsd"] for a in record["adducts"] for pose in a["poses"][:10]))


def gap_to_native(record: Record) -> float | None:
    """Return by how much the best score beats the native diastereomer's, kcal/mol."""
    native = [a for a in record["adducts"] if a["label"] == record["native"]]
    if not native:
        return None
    return float(native[0]["poses"][0]["score"] - top(record)["score"])


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def report(records: Sequence[Record], machine: str, today: str, stage: str) -> str:
    """Return the whole page."""
    broken = [r for r in records if "error" in r]
    good = [r for r in records if "error" not in r]

    def of(kind: str, *, default_only: bool = True) -> list[Record]:
        chosen = [r for r in good if r["kind"] == kind and r["stage"] in ("search", stage)]
        if not default_only:
            return chosen
        return [r for r in chosen if r["receptor"] in ("", GROOVE) and r["flexible"] == "auto"]

    sines, lactones, cysteines = of("sine"), of("lactone"), of("cysteine")
    total = sum(record["cpu_s"] for record in records)
    what = "the covalent search alone" if stage == "search" else "the whole main job"
    parts = [
        "# How near the docked poses come to the crystals\n",
        f"Measured {today} on {machine}; {len(records)} runs, {total / 60:.0f} processor minutes. "
        f"Made by `benchmarks/accuracy.py` ({what}).\n",
        "Every drug starts from its SMILES, with the default settings. RMSD in angstrom, in place, "
        "over the heavy atoms of the drug and symmetry-corrected. Those of the SINEs and of the "
        "lactones are against reference estimates that are themselves good to 1.3-1.5 angstrom: "
        "smaller differences between methods are no result. Those of the four other cysteines are "
        "against deposited complexes. Settings were chosen on KPT-185, KPT-251, eltanexor, 5HG8 "
        "and 1VSN only; the others are tests.\n",
        "## What fails\n",
        _failures(sines, lactones, cysteines, of("encounter"), broken),
        "## Against the targets\n",
        table(("measure", "target", "reached"), _targets(sines, lactones, cysteines)),
    ]
    sections: list[tuple[str, list[Record], Callable[[list[Record]], str]]] = [
        ("SINEs", sines, _sine_table),
        ("Every diastereomer of the SINEs", sines, _diastereomer_table),
        ("Opened lactones", lactones, _lactone_table),
        ("Other cysteines", cysteines, _cysteine_table),
        ("Encounter complex", of("encounter"), _encounter_table),
        ("Controls", of("control"), _control_table),
        (_RECEPTORS, of("sine", default_only=False), _receptor_table),
    ]
    for title, chosen, shown in sections:
        if chosen and (title != _RECEPTORS or len({_receptor(r) for r in chosen}) > 1):
            parts += [f"## {title}\n", shown(chosen)]
    return "\n".join(parts)


def _per_case(records: list[Record]) -> dict[str, list[Record]]:
    cases: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda r: r["seed"]):
        cases.setdefault(record["case"], []).append(record)
    return cases


def _failures(
    sines: list[Record],
    lactones: list[Record],
    cysteines: list[Record],
    encounters: list[Record],
    broken: list[Record],
) -> str:
    lines = [f"- {r['case']}, seed {r['seed']}: {r['error']}" for r in broken]
    for records, said_of in (
        (sines, _sine_failures),
        (cysteines, _cysteine_failures),
        (lactones, _lactone_failures),
        (encounters, _encounter_failures),
    ):
        for record in records:
            said = said_of(record)
            if said:
                lines.append(f"- {record['case']}, seed {record['seed']}: {'; '.join(said)}")
    return "\n".join(lines or ["Nothing of what was run."]) + "\n"


def _sine_failures(record: Record) -> list[str]:
    pose, said = top(record), []
    if not pose["in_place"]:
        said.append(
            f"aryl ring off: centroid {pose['centroid']:.1f} angstrom, normal "
            f"{pose['normal']:.0f}, axis {pose['axis']:.0f} degrees"
        )
    if pose["core"] > CORE_ANGSTROM:
        said.append(f"core {pose['core']:.2f} angstrom")
    said += _too_far(record)
    gap = gap_to_native(record)
    if record["resolved"] and gap is not None and gap > 0:
        said.append(
            f"{label_of_top(record)} scores {gap:.2f} kcal/mol better than "
            f"{record['native']} of the crystal"
        )
    return said


def _too_far(record: Record) -> list[str]:
    said = []
    if top(record)["rmsd"] > TOP_ANGSTROM:
        said.append(f"top pose {top(record)['rmsd']:.2f} angstrom")
    if best_of_ten(record) > TOP_ANGSTROM:
        said.append(f"best of the ten best {best_of_ten(record):.2f} angstrom")
    return said


def _cysteine_failures(record: Record) -> list[str]:
    said = _too_far(record)
    if label_of_top(record) != record["native"]:
        said.append(f"{label_of_top(record)} scores best, {record['native']} is deposited")
    return said


def _lactone_failures(record: Record) -> list[str]:
    nearest = best_of_each_ten(record)
    return [f"best of ten {nearest:.2f} angstrom"] if nearest > LACTONE_ANGSTROM else []


def _encounter_failures(record: Record) -> list[str]:
    pose = record["encounter"][0]
    if pose["sg_c"] <= ENCOUNTER_SG_C_ANGSTROM and pose["core"] <= ENCOUNTER_CORE_ANGSTROM:
        return []
    return [
        f"encounter complex: S...C {pose['sg_c']:.2f}, core {pose['core']:.2f} angstrom in the "
        "top pose"
    ]


def _count(cases: dict[str, list[Record]], holds: Callable[[Record], bool]) -> str:
    """Return in how many cases something holds with every seed, and with at least one."""
    every = sum(all(map(holds, records)) for records in cases.values())
    some = sum(any(map(holds, records)) for records in cases.values())
    return f"{every} of {len(cases)}" + (
        f" ({some} with one seed at least)" if some > every else ""
    )


def _targets(
    sines: list[Record], lactones: list[Record], cysteines: list[Record]
) -> list[tuple[str, str, str]]:
    rows = []
    if sines:
        cases = _per_case(sines)
        decided = _per_case([r for r in sines if r["resolved"]])
        several = {case: runs for case, runs in cases.items() if len(runs) > 1}
        agree = sum(map(_seeds_agree, several.values()))
        rows += [
            (
                "SINEs: aryl centroid 2.0 angstrom, normal 25, axis 30 degrees",
                "5 of 5",
                _count(cases, lambda r: bool(top(r)["in_place"])),
            ),
            (
                "core 1.5 angstrom",
                "5 of 5",
                _count(cases, lambda r: top(r)["core"] <= CORE_ANGSTROM),
            ),
            ("top pose 2.0 angstrom", "4 of 5", _count(cases, lambda r: _near(top(r)["rmsd"]))),
            (
                "one of the ten best of all diastereomers 2.0 angstrom",
                "5 of 5",
                _count(cases, lambda r: _near(best_of_ten(r))),
            ),
            (
                "one of the ten of any diastereomer 2.0 angstrom",
                "5 of 5",
                _count(cases, lambda r: _near(best_of_each_ten(r))),
            ),
            (
                "crystal's diastereomer scored best",
                "or within the spread",
                _count(decided, lambda r: gap_to_native(r) == 0),
            ),
            (
                f"crystal's diastereomer within {CLOSE_KCAL} kcal/mol of the best",
                "3 of 3",
                _count(decided, lambda r: (gap_to_native(r) or 0.0) <= CLOSE_KCAL),
            ),
            (
                "seeds within 0.5 kcal/mol and 1 angstrom in the top pose",
                "4 of 5",
                f"{agree} of {len(several)}" if several else "one seed only",
            ),
        ]
    if lactones:
        near = _count(_per_case(lactones), lambda r: best_of_each_ten(r) <= LACTONE_ANGSTROM)
        rows.append(("opened lactones: best of ten 3.0 angstrom", "2 of 3", near))
    if cysteines:
        cases = _per_case(cysteines)
        rows += [
            (
                "other cysteines: top pose 2.0 angstrom",
                "3 of 4",
                _count(cases, lambda r: _near(top(r)["rmsd"])),
            ),
            ("best of ten 2.0 angstrom", "4 of 4", _count(cases, lambda r: _near(best_of_ten(r)))),
        ]
    return rows


def _near(rmsd: float) -> bool:
    return rmsd <= TOP_ANGSTROM


def _seeds_agree(records: list[Record]) -> bool:
    """Say whether all seeds' top poses agree in diastereomer, score and place."""
    scores = [top(record)["score"] for record in records]
    if max(scores) - min(scores) > SAME_SEED_KCAL:
        return False
    between = [apart(one, other) for one, other in combinations(records, 2)]
    return all(rmsd is not None and rmsd <= SAME_SEED_ANGSTROM for rmsd in between)


def _sine_table(records: list[Record]) -> str:
    rows = []
    for case, runs in _per_case(records).items():
        for record in runs:
            pose, best = top(record), label_of_top(record)
            adduct = next(a for a in record["adducts"] if a["label"] == best)
            near = adduct.get("contacts") or {}
            rows.append(
                (
                    case,
                    record["seed"],
                    best,
                    record["native"] + ("" if record["resolved"] else " (leans)"),
                    gap_to_native(record),
                    f"{pose['centroid']:.1f}, {pose['normal']:.0f}, {pose['axis']:.0f}",
                    "yes" if pose["in_place"] else "NO",
                    pose["core"],
                    pose["tail"],
                    f"{pose['flip']:.0f}",
                    _neighbours(near),
                    pose["rmsd"],
                    best_of_ten(record),
                    best_of_each_ten(record),
                )
            )
    head = (
        "drug",
        "seed",
        "best-scored",
        "crystal",
        "gap, kcal/mol",
        "aryl centroid, normal, axis",
        "in place",
        "core",
        "tail (core superposed)",
        "triazole flip, degree",
        "neighbours: aryl of 9, triazole of 4, tail",
        "top pose",
        "ten best",
        "ten of each",
    )
    note = (
        "\nOf the best-scored diastereomer's first pose. Gap: by how much its score beats that of "
        "the crystal's diastereomer. Neighbours within 4.5 angstrom; 7 of 9 are asked of the aryl "
        "ring. `ten best`: lowest RMSD of the ten best-scored poses of all diastereomers; `ten of "
        "each`: of any diastereomer's ten.\n"
    )
    return table(head, rows) + note


def _neighbours(near: dict[str, Any]) -> str:
    if not near:
        return ""
    tail = f", {len(near['tail'])} of {near['tail_of']}" if near["tail_of"] else ""
    few = "" if near["aryl"] >= ARYL_NEIGHBOURS else " (few)"
    return f"{near['aryl']}{few}, {near['triazole']}{tail}"


def _diastereomer_table(records: list[Record]) -> str:
    rows = []
    for case, runs in _per_case(records).items():
        for record in runs:
            for adduct in record["adducts"]:
                poses = adduct["poses"]
                rows.append(
                    (
                        case,
                        record["seed"],
                        adduct["label"],
                        poses[0]["score"],
                        poses[0]["rmsd"],
                        poses[0]["core"],
                        min(p["rmsd"] for p in poses),
                        _cost(adduct),
                    )
                )
    head = ("drug", "seed", "diastereomer", "score", "top pose", "core", "best of ten", "search, s")
    return table(head, rows)


def _cost(adduct: dict[str, Any]) -> float | None:
    return adduct.get("search_s")


def _lactone_table(records: list[Record]) -> str:
    rows = [
        (
            case,
            record["seed"],
            adduct["label"],
            adduct["torsions"],
            adduct["poses"][0]["score"],
            adduct["poses"][0]["rmsd"],
            min(p["rmsd"] for p in adduct["poses"]),
            _cost(adduct),
        )
        for case, runs in _per_case(records).items()
        for record in runs
        for adduct in record["adducts"]
    ]
    head = ("drug", "seed", "diastereomer", "torsions", "score", "top pose", "best of ten", "s")
    note = (
        "\nThe hydrolysed adducts. Stereo that the catalogue leaves open (ratjadone A, "
        "anguinomycin A) is read from the component's coordinates; the diastereomer at the "
        "S-bearing carbon is not determined, so both are docked.\n"
    )
    return table(head, rows) + note


def _cysteine_table(records: list[Record]) -> str:
    rows = [
        (
            f"{case} ({record['role']})",
            record["seed"],
            label_of_top(record),
            record["native"],
            top(record)["score"],
            top(record)["rmsd"],
            best_of_ten(record),
            best_of_each_ten(record),
            ", ".join(str(a.get("torsions", "")) for a in record["adducts"]),
            record["cpu_s"],
        )
        for case, runs in _per_case(records).items()
        for record in runs
    ]
    head = (
        "entry",
        "seed",
        "best-scored",
        "deposited",
        "score",
        "top pose",
        "ten best",
        "ten of each",
        "torsions",
        "all, s",
    )
    return table(head, rows)


def _encounter_table(records: list[Record]) -> str:
    rows = []
    for case, runs in _per_case(records).items():
        for record in runs:
            first = record["encounter"][0]
            poses = record["encounter"]
            ready = sum(pose["ready"] for pose in poses)
            rows.append(
                (
                    case,
                    record["seed"],
                    first["score"],
                    first["sg_c"],
                    first["core"],
                    first["rmsd"],
                    f"{ready} of {len(poses)}",
                )
            )
    head = ("drug", "seed", "score", "S...C", "core", "RMSD", "poses that can react")
    note = "\nThe intact drug, before the bond; the reference is the bound drug.\n"
    return table(head, rows) + note


def _control_table(records: list[Record]) -> str:
    rows = []
    for record in records:
        first, poses = record["encounter"][0], record["encounter"]
        ready = "" if first["sg_c"] is None else f"{sum(p['ready'] for p in poses)} of {len(poses)}"
        scores = record.get("scores", {})
        rows.append(
            (
                record["case"],
                record["verdict"],
                ", ".join(f"{label} {score:.2f}" for label, score in scores.items()),
                first["score"],
                first["sg_c"],
                ready,
            )
        )
    drug = {r["case"]: sorted(r.get("adduct_smiles", [])) for r in records}
    same = drug.get("KPT-185") and drug.get("KPT-185") == drug.get("E-KPT-185")
    note = (
        "\nThe E and the Z alkene give the same adducts once the bond has formed: only the "
        "encounter complex can tell them apart.\n"
        if same
        else ""
    )
    head = (
        "case",
        "verdict",
        "covalent scores",
        "encounter score",
        "S...C of the top pose",
        "poses that can react",
    )
    return table(head, rows) + note


def _receptor_table(records: list[Record]) -> str:
    seed = min(record["seed"] for record in records)
    by_drug: dict[str, dict[str, Record]] = {}
    for record in records:
        if record["seed"] == seed:
            by_drug.setdefault(record["case"], {})[_receptor(record)] = record
    names = list(dict.fromkeys(name for found in by_drug.values() for name in found))
    single = [
        (name, *(_short([found[name]]) if name in found else "" for found in by_drug.values()))
        for name in names
    ]
    together = [("all", *(_short(list(found.values())) for found in by_drug.values()))]
    for name in names:
        rest = [[r for n, r in f.items() if n != name] for f in by_drug.values()]
        together.append((f"all but {name}", *map(_short, rest)))
    return (
        f"Seed {seed}: RMSD of the best-scored pose (in brackets the lowest of the ten best).\n\n"
        + table(("receptor", *by_drug), single)
        + "\nThe best score over several receptors:\n\n"
        + table(("receptors", *by_drug), together)
    )


def _receptor(record: Record) -> str:
    turned = ", flexible" if record["flexible"] == "auto" else ""
    return f"{record['receptor']}{turned}"


def _short(records: list[Record]) -> str:
    if not records:
        return ""
    poses = sorted(
        (p for r in records for a in r["adducts"] for p in a["poses"]), key=lambda p: p["score"]
    )
    return f"{poses[0]['rmsd']:.2f} ({min(p['rmsd'] for p in poses[:10]):.2f})"
