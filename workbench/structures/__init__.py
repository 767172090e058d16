"""Structures of XPO1: read, numbered as in human, prepared, written."""
