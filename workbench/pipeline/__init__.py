"""The stages in order: what the verbs and the Python interface call."""
