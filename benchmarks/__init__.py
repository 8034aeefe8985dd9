"""How fast the tool is against named peers doing the same work in the same run: ``python -m benchmarks``."""
