"""The command line: read a file, diagnose a network on it, report."""
