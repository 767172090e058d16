"""A real HTTP server on the loopback interface that serves entries, with faults to choose from."""

from __future__ import annotations

import gzip
import threading
import time
from collections import Counter
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import gemmi

from workbench.settings import FetchSettings
from workbench.structures.reading import read_embedded
from workbench.structures.writing import receptor_mmcif

ENTRY = "9XPO"


@cache
def entry_text(entry_id: str, style: str = "Pdbx") -> str:
    """mmCIF of the embedded receptor under another id; Pdbx style ends as the archives' files."""
    document = gemmi.cif.read_string(receptor_mmcif(read_embedded("human-groove")))
    document[0].set_pair("_entry.id", entry_id)
    text: str = document.as_string(getattr(gemmi.cif.Style, style))
    return text


def converted(path: Path) -> bytes:
    """A PDB file as mmCIF."""
    structure = gemmi.read_structure(str(path))
    structure.setup_entities()
    return structure.make_mmcif_document().as_string(gemmi.cif.Style.Pdbx).encode()


def kept(cache: Path) -> list[str]:
    return sorted(p.name for p in cache.glob("*") if p.name != ".locks")


ANSWERS = {
    "fails": (500, b"sorry"),
    "missing": (404, b"no such entry"),
    "forbidden": (403, b"no"),
    "page": (200, b"<!DOCTYPE html><html><body>Service is being upgraded</body></html>"),
    "empty": (200, b""),
    "blank": (200, b"\n \n"),
    "message": (200, b'{"error": "try again"}'),
    "binary": (200, bytes(range(256)) * 20),
    "long": (200, b"#" * 5_000_000),
}
REDIRECTS = {"to_a_file": "file:///etc/hostname", "to_nonsense": "http://[::1", "circle": ""}


class FaultServer(ThreadingHTTPServer):
    """``/FAULT/ID.cif``: each fault is a method of the handler; every request is counted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.counts: Counter[str] = Counter()
        self.files: dict[str, bytes] = {}
        self.count_lock = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up on a fault is what is expected here."""

    def settings(self, *faults: str, **others: object) -> FetchSettings:
        servers = tuple(f"http://127.0.0.1:{self.server_port}/{f}/{{id}}.cif" for f in faults)
        given: dict[str, object] = {
            "pdb_servers": servers,
            "alphafold_servers": servers,
            "connect_timeout_s": 2.0,
            "read_timeout_s": 20.0,
            "total_timeout_s": 60.0,
            "backoff_s": 0.01,
            "max_megabytes": 4.0,
            "offline": False,
        }
        return FetchSettings.model_validate(given | others)


class Handler(BaseHTTPRequestHandler):
    server: FaultServer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        _, fault, name = self.path.split("/", 2)
        with self.server.count_lock:
            self.server.counts[fault] += 1
            self.nth = self.server.counts[fault]
        stem = name.partition(".")[0]
        entry_id = stem if stem.startswith("AF-") else stem.upper()
        stored = self.server.files.get(entry_id)
        self.content = stored or entry_text(entry_id).encode()
        if fault in ANSWERS:
            self.answer(ANSWERS[fault][1], status=ANSWERS[fault][0])
        elif fault in REDIRECTS:
            self.redirect(REDIRECTS[fault] or self.path)
        else:
            getattr(self, fault)()

    def answer(self, content: bytes, *, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def answer_without_length(self, content: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(content)

    def redirect(self, place: str) -> None:
        self.send_response(302)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def good(self) -> None:
        self.answer(self.content)

    def good_late(self) -> None:
        time.sleep(0.3)
        self.answer(self.content)

    def good_gzip(self) -> None:
        self.answer(gzip.compress(self.content, mtime=0))

    def good_encoded(self) -> None:
        packed = gzip.compress(self.content, mtime=0)
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)

    def good_unmarked(self) -> None:
        self.answer_without_length(entry_text(ENTRY, "Simple").encode())

    def good_elsewhere(self) -> None:
        self.redirect(self.path.replace("good_elsewhere", "good"))

    def fails_once(self) -> None:
        if self.nth == 1:
            self.answer(b"sorry", status=500)
        else:
            self.good()

    def hangs_up_once(self) -> None:
        if self.nth > 1:
            self.good()

    def asks_patience(self) -> None:
        self.send_response(503)
        self.send_header("Retry-After", "3600")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def short(self) -> None:
        self.answer(self.content[: len(self.content) // 2], length=len(self.content))

    def short_chunks(self) -> None:
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        piece = self.content[:1000]
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.close_connection = True

    def cut(self) -> None:
        self.answer_without_length(self.content[: len(self.content) // 2])

    def cut_at_a_line(self) -> None:
        half = self.content[: len(self.content) // 2]
        self.answer(half[: half.rindex(b"\n") + 1])

    def cut_unmarked(self) -> None:
        text = entry_text(ENTRY, "Simple").encode()
        half = text[: text.index(b"_struct_conn") if b"_struct_conn" in text else len(text) // 2]
        lines = [line for line in half.splitlines(keepends=True) if line.startswith(b"ATOM")]
        self.answer(half[: half.index(lines[len(lines) // 2])])

    def cut_gzip(self) -> None:
        packed = gzip.compress(self.content, mtime=0)
        self.answer(packed[: len(packed) // 2])

    def spoilt_gzip(self) -> None:
        packed = bytearray(gzip.compress(self.content, mtime=0))
        packed[len(packed) // 2] ^= 0xFF
        self.answer(bytes(packed))

    def bomb(self) -> None:
        self.answer(gzip.compress(b" " * 8_000_000, mtime=0))

    def silent(self) -> None:
        time.sleep(5.0)

    def drips(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(60):
            self.wfile.write(b"#\n")
            self.wfile.flush()
            time.sleep(0.1)

    def hangs_up(self) -> None:
        """Say nothing at all."""

    def circle_with_endless_body(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.path)
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b"#" * 65536)

    def other_entry(self) -> None:
        self.answer(entry_text("8ABC").encode())

    def nameless(self) -> None:
        text = entry_text(ENTRY)
        self.answer(
            text.replace(f"_entry.id   {ENTRY}", "").replace(f"_entry.id {ENTRY}", "").encode()
        )

    def without_atoms(self) -> None:
        self.answer(f"data_{ENTRY}\n#\n_entry.id {ENTRY}\n#\n".encode())

    def long_without_length(self) -> None:
        self.answer_without_length(b"#" * 5_000_000)
