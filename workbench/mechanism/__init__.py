"""Rates, concentrations, occupancy in time, and nuclear export signals."""
