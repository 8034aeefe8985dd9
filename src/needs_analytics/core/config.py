"""``needs.toml`` to :class:`~needs_analytics.core.options.Options`: unknown keys are errors with a near-match hint."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

from needs_analytics.core.messages import LANGUAGES, in_every_language
from needs_analytics.core.options import Options
from needs_analytics.core.settings import OneOf, Place, parse_toml, read_section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Config:
    """What ``needs.toml`` says.

    Attributes
    ----------
    name
        The office the workspace belongs to, as the report's title writes it.
    language
        Language of reports and messages.
    options
        Options of every stage.
    """

    name: str = ""
    language: str = "zh"
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class _Office:
    name: str = ""
    language: Annotated[str, OneOf(LANGUAGES)] = "zh"


def parse_config(text: str, *, source: str = "needs.toml", environment: Mapping[str, str] | None = None) -> Config:
    """Read the text of a ``needs.toml``; ``NEEDS_<STAGE>_<OPTION>`` of the environment comes before the file.

    Raises
    ------
    UsageError
        On a syntax error, an unknown key or a value of the wrong kind.
    """
    stages = {stage.name: getattr(Options(), stage.name) for stage in fields(Options)}
    given = read_section(parse_toml(text, source), dict.fromkeys(["office", *stages], dict), source, {})
    head = _filled(_Office(), given.get("office", {}), f"{source} [office]")
    filled = {name: _filled(stage, given.get(name, {}), f"{source} [{name}]") for name, stage in stages.items()}
    told = {name: _from_environment(name, stage, environment or {}) for name, stage in filled.items()}
    return Config(head.name, head.language, Options(**told))


def differing(options: Options) -> dict[str, Any]:
    """Return the options that differ from their defaults as ``stage.option -> value``; the report prints them."""
    changed = {}
    for stage in fields(Options):
        ours, default = getattr(options, stage.name), getattr(Options(), stage.name)
        for option in fields(default) if is_dataclass(default) else ():
            value = getattr(ours, option.name)
            if value != getattr(default, option.name):
                changed[f"{stage.name}.{option.name}"] = value
    return changed


def _filled(record: T, given: Mapping[str, Any], where: Place) -> T:
    """Return a record with the settings of a section in place of its own."""
    kinds = get_type_hints(type(record), include_extras=True)
    own = {option.name: getattr(record, option.name) for option in fields(record)}
    settings = read_section(given, kinds, where, own)
    return replace(record, **{name: {**own[name], **value} if isinstance(value, dict) else value
                              for name, value in settings.items()})  # fmt: skip


def _from_environment(stage: str, record: T, environment: Mapping[str, str]) -> T:
    for option in fields(record):
        name = f"NEEDS_{stage}_{option.name}".upper()
        if name in environment:
            try:
                value = tomllib.loads(f"value = {environment[name]}")["value"]
            except tomllib.TOMLDecodeError:
                value = environment[name]
            record = _filled(record, {option.name: value}, in_every_language("error.where_environment", name=name))
    return record
