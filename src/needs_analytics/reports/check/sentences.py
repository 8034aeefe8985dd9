"""What a check says, in words: the same in the terminal, on the page, in the workbook and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.messages import issue_remedy, issue_sentence, text
from needs_analytics.reports.check.summary import UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.issue import CellRef, Issue
    from needs_analytics.reports.check.summary import MonthCheck, OfficeCheck, Problem, Rows, SheetCheck

SHOWN_CELLS = 6
_FILES, _NOTED = 3, 8
_CSV = (".csv", ".tsv", ".txt")


def verdict(check: MonthCheck, language: str) -> str:
    """Say whether a report can be made, and if not, what stands in the way."""
    if check.blocking:
        said = "".join(issue_sentence(issue, language) + remedy(issue, language) for issue in check.blocking)
        hints = "".join(text(f"check.hint_{hint}", language) for hint in check.hints)
        return text("check.verdict_blocked", language, reasons=said + hints)
    errors, doubts = check.count("error"), check.count("warning")
    key = "errors" if errors else "doubts" if doubts else "fine"
    return text(f"check.verdict_{key}", language, errors=errors, doubts=doubts)


def lacks(check: MonthCheck, language: str) -> list[str]:
    """Say which tables the month lacks and what this means; what blocks is said by :func:`verdict`."""
    blocking = {issue.code for issue in check.blocking}
    issues = [issue for issue in check.missing.values() if issue.code not in blocking]
    return [issue_sentence(issue, language) + remedy(issue, language) for issue in issues]


def rows_said(rows: Rows, language: str) -> str:
    """Say where rows went."""
    return text("check.rows", language, **rows.to_dict(), of_kept=_of_which(rows, "other_months", language),
                of_merged=_of_which(rows, "replaced", language))  # fmt: skip


def _of_which(rows: Rows, name: str, language: str) -> str:
    count = rows.to_dict()[name]
    return text(f"check.rows_{name}", language, count=count) if count else ""


def totals(parts: Sequence[OfficeCheck], language: str) -> str:
    """Say how many errors and doubts there are, and what the errors kept out."""
    errors, doubts = (sum(part.count(severity) for part in parts) for severity in ("error", "warning"))
    if not errors + doubts:
        return text("check.no_issues", language)
    return text("check.issues", language, errors=errors, warnings=doubts, unused=_unused(parts, language))


def _unused(parts: Sequence[OfficeCheck], language: str) -> str:
    """Say what the errors kept out: cells, rows, sheets or whole files."""
    counts = dict.fromkeys(reversed(UNITS), 0)
    for problem in (problem for part in parts for problem in part.problems if problem.first.severity == "error"):
        counts[problem.unit] += problem.times
    units = [text(f"check.unused_{unit}", language, count=count) for unit, count in counts.items() if count]
    return text("check.unused", language, units=text("check.comma", language).join(units)) if units else ""


def office_name(office: OfficeCheck, language: str) -> str:
    """Name an office; what concerns none is the whole month's."""
    return office.name or text("check.whole_month", language)


def named_by(office: OfficeCheck, language: str) -> str:
    """Say which headings of its files name an office; nothing where its folder or its file's name does."""
    return text("check.named_by", language, headings="、".join(office.named_by)) if office.named_by else ""


def place(file: str, sheet: str, office: str = "") -> str:
    """Name a sheet by its file, without the folder that is its office; a text file's only sheet has its file's name."""
    short = file.removeprefix(f"{office}/") if office else file
    return f"{short} [{sheet}]" if sheet and not file.endswith(tuple(sheet + suffix for suffix in _CSV)) else short


def place_in(office: OfficeCheck, where: CellRef | None) -> str:
    """Name the sheet of a problem as far as it is needed: its file among several, its sheet among several."""
    if where is None or len({(sheet.file, sheet.sheet) for sheet in office.sheets}) <= 1:
        return ""
    return f"[{where.sheet}]" if len(office.files) == 1 and where.sheet else place(where.file, where.sheet, office.name)


def taken_for(sheet: SheetCheck, language: str) -> str:
    """Say what a sheet was taken for, why, and how many rows it has."""
    names = tables_of(sheet, language)
    key = "recognised" if names else "not_recognised"
    return text(f"check.{key}", language, tables=names, why=taken_because(sheet, language), rows=sheet.taken)


def taken_because(sheet: SheetCheck, language: str) -> str:
    """Say why a sheet was taken for what it was."""
    return text(f"check.why_{sheet.why}", language, platform=sheet.platform, marks=sheet.marks)


def tables_of(sheet: SheetCheck, language: str) -> str:
    """Name the tables of a sheet, with ``+`` between them."""
    return "+".join(text(f"table.{table}", language) for table in sheet.tables)


def cells_of(problem: Problem, language: str, *, most: int = SHOWN_CELLS) -> str:
    """Name the first cells or rows of a problem, and say how many there are."""
    cells = problem.cells
    comma = text("check.comma", language)
    rows = comma.join(cell for cell in cells[:most] if cell.isdigit())
    others = [cell for cell in cells[:most] if not cell.isdigit()]
    shown = comma.join([*others, *([text("check.row", language, row=rows)] if rows else [])])
    more = problem.times > min(len(cells), most) and bool(cells)
    return shown + (text("check.more_cells", language, count=problem.times) if more else "")


def sentence(problem: Problem, language: str) -> str:
    """Say what is wrong, with one value as an example where there are several."""
    first = issue_sentence(problem.first, language)
    several = any(issue_sentence(issue, language) != first for issue in problem.issues[1:])
    return text("check.such_as", language, sentence=first) if several else first


def remedy(issue: Issue, language: str) -> str:
    """Return what to do, in a line; the lines to paste into ``mapping.toml`` stand in a place of their own."""
    said, _, lines = issue_remedy(issue, language).partition("\n")
    return said.rstrip("：:") + text("check.below", language) if lines else said


def is_told_by_mapping(problem: Problem, language: str) -> bool:
    """Whether the sub-district answers it by a line in ``mapping.toml``, rather than the office in its workbook."""
    return "mapping.toml" in issue_remedy(problem.first, language)


def next_steps(office: OfficeCheck, language: str) -> list[str]:
    """Say what is to be done about an office, in order."""
    if office.state == "fine":
        return [text("check.next_fine", language)]
    asked = [one for one in office.serious if one.first.severity == "warning"]
    told = sum(one.times for one in asked if is_told_by_mapping(one, language))
    refused = len(office.refused)
    counts = {"refused": refused, "correct": office.count("error") - refused, "told": told}
    counts["review"] = office.count("error") + office.count("warning") - sum(counts.values())
    return [text(f"check.next_{step}", language, count=count) for step, count in counts.items() if count > 0]


def note(office: OfficeCheck, language: str) -> str:
    """Return the text to send to an office, in plain lines as a chat takes them: what was received and what to mend."""
    lines = [text("check.note_refused", language, said=_plainly(one, language)) for one in office.refused]
    read = [file for file in office.files if file in {sheet.file for sheet in office.sheets}]
    if read:
        lines.append(_received(office, read, language))
    asked = [one for one in office.serious if one not in office.refused]
    if asked:
        lines.append(text("check.note_check", language, count=sum(one.times for one in asked)))
        for number, one in enumerate(asked[:_NOTED], start=1):
            lines.append(text("check.note_item", language, number=number, said=_item(one, office, language)))
        if asked[_NOTED:]:
            rest = sum(one.times for one in asked[_NOTED:])
            lines.append(text("check.note_more", language, count=rest))
    lines.append(text("check.note_thanks" if office.serious else "check.note_fine", language))
    return "\n".join(lines)


def _received(office: OfficeCheck, read: list[str], language: str) -> str:
    names = [text("check.note_file", language, file=file.rpartition("/")[2]) for file in read]
    files = text("check.comma", language).join(names[:_FILES])
    if names[_FILES:]:
        files += text("check.note_files_more", language, count=len(names))
    unused = sum(sheet.rows.returned for sheet in office.sheets if not sheet.tables)
    rows = office.rows
    counts = {
        "other_months": rows.other_months,
        "merged": rows.merged - rows.replaced,
        "replaced": rows.replaced,
        "unused": unused,
        "returned": office.rows.returned - unused,
    }
    gone = "".join(text(f"check.note_{name}", language, count=count) for name, count in counts.items() if count)
    return text("check.note_rows", language, files=files, rows=office.rows.rows_in, kept=office.rows.kept, gone=gone)


def _item(problem: Problem, office: OfficeCheck, language: str) -> str:
    where, named = problem.where, place_in(office, problem.where)
    if where and where.sheet and named.startswith("["):
        named = text("check.note_sheet", language, sheet=where.sheet)
    places = " ".join(part for part in (named, cells_of(problem, language)) if part)
    return text("check.note_colon", language).join(part for part in (places, _plainly(problem, language)) if part)


def _plainly(problem: Problem, language: str) -> str:
    """Say a problem to who knows nothing of this program and its files."""
    asks = is_told_by_mapping(problem, language)
    said = text("check.note_asks", language) if asks else issue_remedy(problem.first, language)
    return sentence(problem, language) + said
