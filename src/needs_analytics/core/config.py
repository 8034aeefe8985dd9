"""``needs.toml`` to :class:`~needs_analytics.core.options.Options`: unknown keys are errors with a near-match hint."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from needs_analytics.core.messages import failure
from needs_analytics.core.options import Options
from needs_analytics.errors import UsageError

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


def parse_config(text: str, *, source: str = "needs.toml", environment: Mapping[str, str] | None = None) -> Config:
    """Read the text of a ``needs.toml``; ``NEEDS_<STAGE>_<OPTION>`` of the environment comes before the file.

    Raises
    ------
    UsageError
        On a syntax error, an unknown key or a value of the wrong type.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise failure(UsageError, "toml_syntax", file=source, detail=str(error)) from error
    stages = {stage.name for stage in fields(Options)}
    head = raw.pop("office", {})
    _check_keys(head, {"name", "language"}, f"{source} [office]")
    _check_keys(raw, stages | {"office"}, source)
    options = Options()
    for stage in sorted(stages):
        settings = dict(raw.get(stage, {}))
        settings.update(_from_environment(stage, getattr(options, stage), environment or {}))
        options = replace(options, **{stage: with_settings(getattr(options, stage), settings, f"{source} [{stage}]")})
    return Config(name=str(head.get("name", "")), language=str(head.get("language", "zh")), options=options)


def with_settings(stage: T, settings: Mapping[str, Any], source: str) -> T:
    """Return a stage's options with some of them replaced, each checked against the type of its default."""
    known = {option.name for option in fields(stage)}
    _check_keys(settings, known, source)
    values = {name: _typed(getattr(stage, name), value, f"{source} {name}") for name, value in settings.items()}
    return replace(stage, **values)


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


def _from_environment(stage: str, defaults: DataclassInstance, environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in fields(defaults):
        text = environment.get(f"NEEDS_{stage}_{option.name}".upper())
        if text is not None:
            try:
                found[option.name] = tomllib.loads(f"value = {text}")["value"]
            except tomllib.TOMLDecodeError:
                found[option.name] = text
    return found


def _check_keys(given: Mapping[str, Any], known: set[str], source: str) -> None:
    for name in given:
        if name not in known:
            near = get_close_matches(name, sorted(known), n=1)
            hint = near[0] if near else "、".join(sorted(known))
            raise failure(UsageError, "option_unknown", file=source, option=name, near=hint)


def _typed(default: Any, value: Any, source: str) -> Any:
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if default is None or isinstance(value, type(default)):
        return {**default, **value} if isinstance(default, dict) else value
    raise failure(UsageError, "option_type", option=source, value=str(value), expected=type(default).__name__)
