"""Results as files and pages."""
