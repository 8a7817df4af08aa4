"""Tools: rows of any kind of data, progress bars, threads, warnings, the inside of a pipeline."""
