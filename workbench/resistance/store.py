"""Finished pairs on disk, so that a scan that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.errors import OutputError
from workbench.files.exports import json_text
from workbench.files.writing import write_texts
from workbench.resistance.scoring import Scores

SETTINGS = "settings.json"
PAIRS = "pairs"


class PairStore:
    """A folder with one file per finished pair, and the settings that they were made with.

    ``settings`` is all that the scores depend on, but mutation and drug; ``writing`` is held while
    files get their final names.

    Raises
    ------
    OutputError
        When the folder holds pairs of other settings (the message says which), or cannot be
        written to.
    """

    def __init__(
        self,
        folder: Path,
        settings: dict[str, Any],
        writing: AbstractContextManager[object] | None = None,
    ) -> None:
        self.folder = folder / PAIRS
        self.writing = writing or nullcontext()
        # as it comes back from a file: tuples are lists there
        self.settings: dict[str, Any] = json.loads(json_text(settings))
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"'{self.folder}' cannot be made: {error.strerror}; choose another with --out"
            ) from error
        try:
            before = json.loads((self.folder / SETTINGS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._write(SETTINGS, self.settings)
            return
        except (OSError, ValueError) as error:
            raise OutputError(
                f"'{self.folder / SETTINGS}' cannot be read: remove the folder '{self.folder}', or "
                "choose another with --out"
            ) from error
        if before != self.settings:
            raise OutputError(
                f"'{folder}' holds a scan with other settings "
                f"({', '.join(_changed(before, self.settings))}): choose another folder with "
                "--out, or the same settings"
            )

    def load(self, mutation: str, smiles: str) -> Scores | None:
        """Return the scores of a finished pair, ``None`` when its file is missing or damaged."""
        try:
            text = (self.folder / self._name(mutation, smiles)).read_text(encoding="utf-8")
            return Scores.from_dict(json.loads(text)["scores"])
        except (OSError, KeyError, TypeError, ValueError, AttributeError):
            return None

    def save(self, mutation: str, smiles: str, scores: Scores) -> None:
        """Keep the scores of a pair; its file appears only when it is complete."""
        self._write(
            self._name(mutation, smiles),
            {"mutation": mutation, "smiles": smiles, "scores": asdict(scores)},
        )

    def _name(self, mutation: str, smiles: str) -> str:
        """Return a name that is safe as a file's and the same for the same pair and settings."""
        key = json.dumps([self.settings, mutation, smiles], sort_keys=True)
        return f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"

    def _write(self, name: str, content: Any) -> None:
        with self.writing:
            write_texts(self.folder, {name: json_text(content)})


def _changed(before: Any, now: Any, path: str = "") -> list[str]:
    """Return the names of settings that differ, such as ``search.n_conformers``."""
    if not (isinstance(before, dict) and isinstance(now, dict)):
        return [path or "all"]
    return [
        name
        for key in sorted({*before, *now})
        if before.get(key) != now.get(key)
        for name in _changed(before.get(key), now.get(key), f"{path}.{key}" if path else str(key))
    ]
