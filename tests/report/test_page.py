"""The page: alone on the disk, no request to anywhere, readable, and hostile text stays text."""

from __future__ import annotations
