"""Words of the explanations."""

from __future__ import annotations

from needs_analytics.core.messages import catalogue, text
from needs_analytics.core.results import ALL


def say(name: str, language: str, **details: object) -> str:
    """Return a sentence of the catalogue's section ``explain``."""
    return text(f"explain.{name}", language, **details)


def word(name: str, language: str) -> str:
    """Return the printed form of a stored word; the word itself where there is none, as for Chinese flags."""
    return catalogue(language).get(name, name.rpartition(".")[2])


def place_name(community: str, grid: str, language: str) -> str:
    """Return how a place is called."""
    if community == ALL:
        return say("whole", language)
    return community if grid == ALL else f"{community}{grid}"
