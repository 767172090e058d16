"""Analogs put together from fragments, the same ones for the same seed."""

from __future__ import annotations

import random

ARYLS = [
    "c2cc(C(F)(F)F)cc(C(F)(F)F)c2",
    "c2cc(OC)cc(C(F)(F)F)c2",
    "c2cccc(Cl)c2",
    "c2ccc(F)c(C#N)c2",
    "c2ccncc2",
    "c2cc(N(C)C)ccc2Cl",
    "c2ccc3ccccc3c2",
    "c2cc(S(=O)(=O)C)ccc2",
]
AZOLES = [
    "n1cnc(-{aryl})n1",
    "n1ccc(-{aryl})n1",
    "n1cnc(-{aryl})c1",
    "n1nnc(-{aryl})n1",
    "n1cc(-{aryl})nn1",
]
TAILS = [
    "c4nccnc4NNC(=O)",
    "c4cccnc4NNC(=O)",
    "CC(C)OC(=O)",
    "CCOC(=O)",
    "C4C(F)(F)CN4C(=O)",
    "C4COCCN4C(=O)",
    "CNC(=O)",
    "c4ccccc4[C@@H](C)NC(=O)",
    "c4ccccc4[C@H](C)NC(=O)",
    "CC[C@H](C)OC(=O)",
    "C/C=C/CNC(=O)",
    "C/C=C\\CNC(=O)",
    "CC(=O)",
    "OC(=O)",
]
ALPHA = ["", "(c5cncnc5)", "(c5ccccc5)", ""]

# other electrophiles: the place of the rest is {rest}
ELECTROPHILES = [
    "C=CC(=O)N{rest}",
    "C/C=C/C(=O)N{rest}",
    "C/C=C\\C(=O)N{rest}",
    "C=C(C)C(=O)N{rest}",
    "CN(C)C/C=C/C(=O)N{rest}",
    "C=CC(=O)O{rest}",
    "C=CC(=O){rest}",
    "O=C1C=CC(=O)N1{rest}",
    "O=C1C=C[C@@H](C)[C@@H]({rest})O1",
    "O=C1C=C[C@H](C)[C@@H]({rest})O1",
    "C1O[C@@H]1C(=O)N{rest}",
    "C[C@H]1O[C@@H]1C(=O)N{rest}",
    "N#CCNC(=O){rest}",
]
RESTS = [
    "Cc2ccccc2",
    "c2ccc(OC)cc2",
    "C[C@H](O)c2ccccc2",
    "CC/C=C/c2ccccc2",
    "[C@@H](C)C2CCCCC2",
    "c2cnc(C)nc2",
    "[C@H]2CC[C@@H](F)CC2",
]


def sine_analogs(count: int, seed: int) -> list[str]:
    """Return different SMILES of azolyl vinyl acceptors, Z and E."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        azole = rng.choice(AZOLES).format(aryl=rng.choice(ARYLS))
        side, alpha, tail = rng.choice("/\\"), rng.choice(ALPHA), rng.choice(TAILS)
        # the tail hangs on the second carbon: tail/C(alpha)=C\azole
        found[f"{tail}/C{alpha}=C{side}{azole}"] = None
    return list(found)


def other_analogs(count: int, seed: int) -> list[str]:
    """Return different SMILES of other electrophiles that keep all their atoms."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[rng.choice(ELECTROPHILES).format(rest=rng.choice(RESTS))] = None
    return list(found)
