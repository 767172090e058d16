"""Stages that cost nothing, or what a poisonous ligand costs: named by the ligand's name."""

from __future__ import annotations

import hashlib
import mmap
import os
import signal
import time
from typing import Any

Row = dict[str, Any]


def read(job: Any, item: Row) -> list[Row]:
    """Take the text for the compound; a text `bad` cannot be read."""
    if item["text"] == "bad":
        raise ValueError("bad text")
    row = {"isomer": 0, "where": item["where"], "name": item["name"], "status": "ready"}
    same = {"key": item["text"], "smiles": item["text"]}
    return [{**row, **same, "scaffold": "c1ccccc1", "alerts": ""}]


def search(job: Any, item: Row) -> list[Row]:
    """Score by digest, after what the name asks for."""
    name = item["name"]
    if name.startswith("hang"):
        time.sleep(3600)
    if name.startswith("segfault"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if name.startswith("allocate"):
        block = bytearray(30 << 30)
        block[:: 1 << 12] = b"1" * len(block[:: 1 << 12])
    if name.startswith("share"):
        shared = mmap.mmap(-1, 1 << 28)
        piece = bytes(1 << 24)
        for at in range(0, 1 << 28, 1 << 24):
            shared[at : at + (1 << 24)] = piece
        time.sleep(3600)
    if name.startswith("error"):
        raise ZeroDivisionError("by name")
    if name.startswith("slow"):
        time.sleep(0.15)
    digest = hashlib.sha256(item["smiles"].encode()).digest()
    score = -8 - int.from_bytes(digest[:4], "big") / 2**32 * 7
    if name.startswith("fluorine"):
        score = -float(item["smiles"].count("F"))
    scored = {"diastereomer": "bR", "score_kcal_per_mol": round(score, 3)}
    return [{**scored, "scores": "{}", "poses": "[]"}]


def minimise(job: Any, item: Row) -> list[Row]:
    """Give the ligand's number back as its strain."""
    row = {"minimised_diastereomer": "bR", "valid": True, "failed_checks": ""}
    strain = float(item["record"])
    return [{**row, "strain_kcal_per_mol": strain, "sdf": f"{item['name']}\n$$$$\n"}]


def react(job: Any, item: Row) -> list[Row]:
    """Give minus the ligand's number back as its energy; a name may say that it fails."""
    if item["name"].startswith("unreactive"):
        raise ZeroDivisionError("by name")
    return [
        {
            "reaction_diastereomer": "bR",
            "reaction_level": "stub",
            "delta_g_kcal_per_mol": -float(item["record"]),
            "relative_to_selinexor_kcal_per_mol": 1.5,
            "reaction_uncertainty_kcal_per_mol": 0.5,
        }
    ]
