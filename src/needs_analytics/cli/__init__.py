"""The command line: one thin command per verb."""

from __future__ import annotations


def main() -> None:
    """Run the ``needs`` command."""
    from needs_analytics.cli.entry import run

    run()


__all__ = ["main"]
