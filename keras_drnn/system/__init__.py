"""What the operating system is asked for: locks, files that are never half written, facts."""
