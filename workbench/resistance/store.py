"""Finished pairs on disk, so that a scan that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from workbench.errors import OutputError
from workbench.files.exports import json_text
from workbench.files.writing import write_texts
from workbench.resistance.binding import Scores

SETTINGS = "settings.json"
PAIRS = "pairs"


class PairStore:
    """A folder with one file per finished pair, and the settings that they were made with.

    Parameters
    ----------
    folder
        It exists.
    settings
        All that the scores depend on, but mutation and drug.
    writing
        Held while files get their final names.

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
        before = self._read(SETTINGS)
        if before is not None and before != self.settings:
            changed = ", ".join(_changed(before, self.settings))
            raise OutputError(
                f"'{folder}' holds a scan with other settings ({changed}): choose another folder "
                "with --out, or the same settings"
            )
        if before is None:
            self._write(SETTINGS, self.settings)

    @property
    def digest(self) -> str:
        """SHA-256 of the settings; every pair's file carries it."""
        text = json.dumps(self.settings, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def load(self, mutation: str, smiles: str) -> Scores | None:
        """Return the scores of a finished pair, ``None`` when there are none of these settings."""
        record = self._read(_name(mutation, smiles))
        if not isinstance(record, dict):
            return None
        key = {"settings_sha256": self.digest, "mutation": mutation, "smiles": smiles}
        if any(record.get(name) != value for name, value in key.items()):
            return None
        try:
            return Scores.from_dict(record["scores"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def save(self, mutation: str, smiles: str, scores: Scores) -> None:
        """Keep the scores of a pair; its file appears only when it is complete."""
        self._write(
            _name(mutation, smiles),
            {
                "settings_sha256": self.digest,
                "mutation": mutation,
                "smiles": smiles,
                "scores": scores.to_dict(),
            },
        )

    def _read(self, name: str) -> Any:
        """Return a file's content; one that is missing or damaged is made again."""
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            if name != SETTINGS:
                return None
            raise OutputError(
                f"'{self.folder / name}' cannot be read: remove the folder '{self.folder}', or "
                "choose another with --out"
            ) from error

    def _write(self, name: str, content: Any) -> None:
        with self.writing:
            write_texts(self.folder, {name: json_text(content)})


def _name(mutation: str, smiles: str) -> str:
    """Return a file's name that no mutation and no drug can make unsafe."""
    digest = hashlib.sha256(f"{mutation}\n{smiles}".encode()).hexdigest()
    return f"{digest[:24]}.json"


def _changed(before: Any, now: Any, path: str = "") -> list[str]:
    """Return the names of settings that differ, such as ``search.n_conformers``."""
    if not (isinstance(before, dict) and isinstance(now, dict)):
        return [path or "all"]
    found = []
    for name in sorted({*before, *now}):
        inside = f"{path}.{name}" if path else str(name)
        if before.get(name) != now.get(name):
            found += _changed(before.get(name), now.get(name), inside)
    return found
