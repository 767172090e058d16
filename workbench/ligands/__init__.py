"""Inhibitors: read, their warhead found, their adducts with cysteine enumerated."""
