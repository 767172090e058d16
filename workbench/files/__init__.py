"""What writes and reopens the files of results; a file under its name is complete."""
