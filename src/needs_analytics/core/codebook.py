"""The codebook: needs, catalogue of services, special groups, norms and header wordings.

The catalogue of services and the norms make templates and proposals; they are never supply. A workspace overrides or
adds rows; ``verified``/``evidence`` columns travel along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import pandas as pd

from needs_analytics.core.messages import failure
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

Part = Literal["needs", "services", "groups", "norms", "fields"]

KEYS: dict[Part, list[str]] = {
    "needs": ["need"],
    "services": ["service"],
    "groups": ["group"],
    "norms": ["norm"],
    "fields": ["table", "field"],
}


@dataclass(frozen=True)
class Codebook:
    """What the words of a workbook mean.

    Attributes
    ----------
    needs
        One need a row, indexed by ``need``: ``name, name_en, domain, domain_name, category, synonyms, groups, modes,
        resolution_path`` (直接服务, 协调推动, 转办上报).
    services
        Catalogue of usual services, indexed by ``service``: what they usually cover; for templates and proposals only.
    groups
        Special groups, indexed by ``group``, with how they are recognised and how sensitive they are.
    norms
        Norms with their source and whether it was verified; those that tables can tell say what is measured
        (``measure``), which limit is ``required``, which ``facilities`` count by words in their names, and for which
        ``needs``.
    fields
        Canonical fields of every table with their labels, types and header wordings.

    Invariant: keys are unique and every need named by a service exists (checked by the tests).
    """

    needs: pd.DataFrame
    services: pd.DataFrame
    groups: pd.DataFrame
    norms: pd.DataFrame
    fields: pd.DataFrame

    @classmethod
    def default(cls) -> Codebook:
        """Return the codebook that comes with the package."""
        return _packaged()

    def overridden(self, rows: Mapping[Part, pd.DataFrame], *, extend: bool = True) -> Codebook:
        """Return a codebook with a workspace's own rows.

        Parameters
        ----------
        rows
            Part to its rows (text columns, the key among them); a row with a known key replaces the packaged one.
        extend
            ``False`` drops the packaged rows of the parts given.

        Raises
        ------
        UsageError
            When a part lacks its key column or ``name``, or a cell of them is blank.
        """
        parts = {part: _merged(getattr(self, part), part, own, extend=extend) for part, own in rows.items()}
        return replace(self, **parts)

    def need_names(self, language: str = "zh") -> dict[str, str]:
        """Need to its name; Chinese where there is no other."""
        if language == "zh":
            return dict(self.needs["name"])
        english = self.needs["name_en"].where(self.needs["name_en"] != "", self.needs["name"])
        return dict(english)

    def group_names(self, language: str = "zh") -> dict[str, str]:
        """Special group to its name; Chinese where there is no other."""
        column = "name" if language == "zh" else "name_en"
        return dict(self.groups[column].where(self.groups[column] != "", self.groups["name"]))

    def label(self, table: str, field: str, language: str = "zh") -> str:
        """Return the label a user sees for a canonical field, the field itself where there is none."""
        return self._labels[language == "zh"].get((table, field), field)

    def type_of(self, table: str, field: str) -> str:
        """Return what kind of value a canonical field holds, ``""`` where there is none such."""
        return self._types.get((table, field), "")

    @cached_property
    def _types(self) -> dict[tuple[str, str], str]:
        """Table and field to the kind of value."""
        return dict(zip(zip(self.fields["table"], self.fields["field"], strict=True), self.fields["type"], strict=True))

    @cached_property
    def _labels(self) -> dict[bool, dict[tuple[str, str], str]]:
        """Table and field to the label, Chinese or not."""
        keys = list(zip(self.fields["table"], self.fields["field"], strict=True))
        columns = {True: self.fields["label"], False: self.fields["label_en"]}
        return {chinese: dict(zip(keys, labels, strict=True)) for chinese, labels in columns.items()}


@cache
def _packaged() -> Codebook:
    folder = files("needs_analytics.core.data")
    parts: dict[Part, pd.DataFrame] = {}
    for part, keys in KEYS.items():
        with folder.joinpath(f"{part}.csv").open(encoding="utf-8") as handle:
            frame = pd.read_csv(handle, dtype=str, keep_default_na=False)
        parts[part] = frame.set_index(keys[0], drop=False).rename_axis(None) if len(keys) == 1 else frame
    return Codebook(**parts)


def _merged(packaged: pd.DataFrame, part: Part, own: pd.DataFrame, *, extend: bool) -> pd.DataFrame:
    keys = KEYS[part]
    named = [*keys, *({"name"} & set(packaged.columns))]
    missing = [column for column in named if column not in own.columns]
    if missing:
        raise failure(UsageError, "codebook_column", part=part, column="、".join(missing))
    own = own.astype(object).where(own.notna(), "").astype(str).reindex(columns=packaged.columns, fill_value="")
    for column in named:
        blank = own[column].str.strip() == ""
        if blank.any():
            raise failure(UsageError, "codebook_blank", part=part, column=column, line=int(blank.argmax()) + 2)
    both = pd.concat([packaged, own]) if extend else own
    both = both.drop_duplicates(subset=keys, keep="last")
    return both.set_index(keys[0], drop=False).rename_axis(None) if len(keys) == 1 else both.reset_index(drop=True)
