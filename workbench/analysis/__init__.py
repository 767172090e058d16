"""What a pose is worth: geometry, validity, interactions, distance to a reference."""
