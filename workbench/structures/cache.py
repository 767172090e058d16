"""The cache of fetched entries: files, their checksums in one registry, locks."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from workbench.errors import FetchError

CACHE_VARIABLE = "WORKBENCH_CACHE_DIR"
REGISTRY = "registry.json"
_REGISTRY_WAIT_S = 60.0


@dataclass(frozen=True)
class CacheRecord:
    """What the registry knows of one file: its SHA-256, its size, where and when it came from."""

    sha256: str
    n_bytes: int
    url: str
    fetched: str


def cache_root() -> Path:
    """Return the user's cache folder; ``WORKBENCH_CACHE_DIR`` overrides the platform's."""
    named = os.environ.get(CACHE_VARIABLE, "")
    return Path(named) if named else user_cache_path("xpo1-workbench", appauthor=False)


def cache_folder() -> Path:
    """Return the folder of cached entries."""
    return cache_root() / "structures"


class EntryCache:
    """A folder of structure files, each with its checksum in the folder's registry.

    A file appears under its name only when it is complete, and counts only when the registry
    knows it. Several processes may use one folder at once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, name: str) -> tuple[Path, CacheRecord] | None:
        """Return a cached file whose content is as recorded, and its record.

        Raises
        ------
        FetchError
            When the registry is damaged.
        """
        record = self._records().get(name)
        path = self.folder / name
        if record is None or _sha256(path) != record.sha256:
            return None
        return path, record

    def set_aside(self, name: str) -> str:
        """Rename a file that no longer matches its checksum; return its new name, else ``""``.

        Call it under ``locked``. A file that the registry does not know is left for the next
        arrival to replace.
        """
        path = self.folder / name
        digest = _sha256(path)
        record = self._records().get(name)
        if record is None or digest is None or digest == record.sha256:
            return ""
        aside = f"{name}.damaged-{digest[:8]}"
        with _told(self.folder):
            os.replace(path, self.folder / aside)
        return aside

    @contextmanager
    def locked(self, name: str, wait_s: float) -> Iterator[None]:
        """Hold the lock of one file, so that one process at a time fetches it.

        Raises
        ------
        FetchError
            When another process holds it for too long, or the folder cannot be written.
        """
        locks = self.folder / ".locks"
        lock = FileLock(locks / f"{Path(name).stem}.lock")
        try:
            with _told(self.folder):
                locks.mkdir(parents=True, exist_ok=True)
                lock.acquire(timeout=wait_s)
        except Timeout as error:
            raise FetchError(
                f"another process has held {name} in the cache for {wait_s:.0f} s: try again later"
            ) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def arriving(self, name: str) -> Iterator[Path]:
        """Give a private folder for a file on its way; it is gone afterwards, whatever happens.

        Call it under ``locked``: what a killed process left behind is removed too.
        """
        prefix = f".arriving-{name}-"
        with _told(self.folder):
            for left in self.folder.glob(f"{prefix}*"):
                shutil.rmtree(left)
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=self.folder))
        with _told(self.folder):
            try:
                yield folder
            finally:
                shutil.rmtree(folder)

    def keep(self, arrived: Path, name: str, record: CacheRecord) -> Path:
        """Move a complete, checked file to its name and register it; return its path."""
        path = self.folder / name
        with self.locked(REGISTRY, _REGISTRY_WAIT_S), _told(self.folder):
            records = self._records() | {name: record}
            text = json.dumps({key: asdict(records[key]) for key in sorted(records)}, indent=1)
            written = arrived.with_name(REGISTRY)
            written.write_text(text + "\n", encoding="utf-8")
            os.replace(arrived, path)
            os.replace(written, self.folder / REGISTRY)
        return path

    def _records(self) -> dict[str, CacheRecord]:
        try:
            text = (self.folder / REGISTRY).read_text(encoding="utf-8")
            return {name: CacheRecord(**fields) for name, fields in json.loads(text).items()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (ValueError, TypeError, AttributeError, OSError) as error:
            raise FetchError(
                f"{REGISTRY} in the cache's folder {self.folder.name} cannot be read: delete it, "
                "and entries are fetched again"
            ) from error


def _sha256(path: Path) -> str | None:
    """Return the digest of a file, ``None`` when there is none that can be read."""
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return None


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn the system's refusal to write into one sentence."""
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FetchError(
            f"the cache's folder {folder.name} cannot be written ({reason}): set "
            f"{CACHE_VARIABLE} to a folder that can"
        ) from error
