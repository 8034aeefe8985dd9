"""The message catalogue says the same in both languages, and has words for every issue the program raises."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

import needs_analytics
from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import LANGUAGES, catalogue, issue_sentence, text
from needs_analytics.reports.content.columns import column
from needs_analytics.reports.content.wording import Wording

SOURCE = Path(needs_analytics.__file__).parent
MESSAGES = SOURCE / "core" / "data" / "messages"
FILES = sorted(path.name for path in MESSAGES.glob("*.toml"))
KEYED_BY_ENGLISH = "click."
"""Section whose keys are the English sentences of the command-line library: it needs Chinese only."""


def sentences(language: str) -> dict[str, str]:
    """Return key and sentence of a language, without those whose key is the English sentence."""
    return {key: said for key, said in catalogue(language).items() if not key.startswith(KEYED_BY_ENGLISH)}


def read(name: str) -> dict[str, object]:
    return tomllib.loads((MESSAGES / name).read_text(encoding="utf-8"))


def keys_of(table: dict[str, object], prefix: str = "") -> list[str]:
    """Return the dotted keys of a file."""
    found: list[str] = []
    for name, entry in table.items():
        found += keys_of(entry, f"{prefix}{name}.") if isinstance(entry, dict) else [f"{prefix}{name}"]
    return found


def details_of(sentence: str) -> set[str]:
    """Return the names a sentence is filled in with; ``label_en`` is the English of ``label``."""
    return {name.removesuffix("_en") for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def codes_in_source() -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    return {code for text in texts for code in re.findall(r'"([EWI]\d{3})"', text)}


def codes_in_catalogue(language: str) -> set[str]:
    return {key.split(".")[1] for key in catalogue(language) if key.startswith("issue.")}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_the_catalogue_parses_and_says_something(name: str) -> None:
    assert keys_of(read(name))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_stands_in_one_file_only(language: str) -> None:
    counts = Counter(key for name in FILES if name.endswith(f".{language}.toml") for key in keys_of(read(name)))

    assert [key for key, times in counts.items() if times > 1] == []


def test_every_key_exists_in_both_languages() -> None:
    chinese, english = sentences("zh"), sentences("en")

    assert sorted(chinese.keys() ^ english.keys()) == []


def test_a_sentence_takes_the_same_details_in_both_languages() -> None:
    chinese, english = sentences("zh"), sentences("en")
    shared = chinese.keys() & english.keys()

    differing = {key for key in shared if details_of(chinese[key]) != details_of(english[key])}

    assert sorted(differing) == []


def test_a_sentence_of_the_command_line_library_takes_no_detail_the_library_lacks() -> None:
    translated = {
        key.removeprefix(KEYED_BY_ENGLISH): said
        for key, said in catalogue("zh").items()
        if key.startswith(KEYED_BY_ENGLISH)
    }

    assert [english for english, chinese in translated.items() if details_of(chinese) - details_of(english)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_but_a_remedy_may_be(language: str) -> None:
    empty = [key for key, said in catalogue(language).items() if not said.strip() and not key.endswith(".remedy")]

    assert empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_issue_has_its_title_its_sentence_and_its_remedy(language: str) -> None:
    wanted = {f"issue.{code}.{part}" for code in codes_in_catalogue(language) for part in ("title", "text", "remedy")}

    assert sorted(wanted ^ {key for key in catalogue(language) if key.startswith("issue.")}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_issue_the_source_raises_is_in_the_catalogue(language: str) -> None:
    assert sorted(codes_in_source() - codes_in_catalogue(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_issue_of_the_catalogue_is_raised_in_the_source(language: str) -> None:
    assert sorted(codes_in_catalogue(language) - codes_in_source()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_on_methods_has_a_term_and_its_meaning(language: str) -> None:
    lines = {key: said for key, said in catalogue(language).items() if key.startswith("report.method.")}

    assert lines
    assert [key for key, said in lines.items() if not all(part.strip() for part in said.partition("|"))] == []


@pytest.mark.parametrize("section", ["flag", "tier", "verdict", "quadrant"])
def test_a_stored_word_keeps_its_colour_in_english(section: str) -> None:
    tones = column(section, Wording("en", {}, {}, {}, {}, {})).tones
    words = {key: said for key, said in catalogue("en").items() if key.startswith(f"{section}.")}

    assert words
    assert {said: tones.get(said) for said in words.values()} == {
        said: tones.get(key.removeprefix(f"{section}.")) for key, said in words.items()
    }


@pytest.mark.parametrize(("language", "label"), [("zh", "活动参与"), ("en", "participation")])
def test_a_field_is_called_as_its_label_says(language: str, label: str) -> None:
    issue = Issue("W125", value="一年一两回", details={"table": "survey", "field": "participation"})
    assert label in issue_sentence(issue, language)
    assert ("participation" in issue_sentence(issue, language)) == (language == "en")


def test_several_words_are_listed_as_the_language_does() -> None:
    months = ("2026-09", "2026-10")
    said = {language: text("doctor.unkept", language, months=months) for language in LANGUAGES}
    assert "2026-09、2026-10" in said["zh"]
    assert "2026-09, 2026-10" in said["en"]
    assert "、" not in said["en"]
