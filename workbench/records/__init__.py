"""What was found: plain data that reports draw and that users hold."""
