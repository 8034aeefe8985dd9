"""The same mutants, chosen by what they reach in the gate: coverage-guided, by hand, with Google's atheris.

``pip install atheris``; then, in ``tests`` and with an empty folder ``corpus``:
``python -m office.guided -max_total_time=3600 corpus``.
An input that ends neither in sheets nor in a refusal stops the run and is kept as ``crash-…``.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["needs_analytics"]):
    from .fuzz import SMALL, changed, escape
    from .test_fuzz import Readers, seeds

_SUFFIXES = {b"\xd0\xcf": "x.xls", b"PK": "x.xlsx"}


def _mutated(content: bytes, largest: int, seed: int) -> bytes:
    """Change a part inside its zip, or the bytes themselves."""
    rng = random.Random(seed)
    try:
        return changed(content, rng)[:largest]
    except Exception:  # a broken zip makes zipfile raise anything
        return atheris.Mutate(content, largest)


def main() -> None:
    """Run for as long as the options of libFuzzer say."""
    corpus = next((Path(word) for word in sys.argv[1:] if not word.startswith("-")), None)
    if corpus:
        corpus.mkdir(exist_ok=True)
        for name, content in seeds().items():
            (corpus / name).write_bytes(content)
    with Readers(SMALL) as readers:

        def once(content: bytes) -> None:
            wrong = escape(readers, _SUFFIXES.get(content[:2], "x.csv"), content)
            if wrong:
                raise AssertionError(wrong)

        atheris.Setup(sys.argv, once, custom_mutator=_mutated)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
