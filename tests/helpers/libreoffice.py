"""LibreOffice as an office worker uses it: open a workbook, type into cells, save it in a format."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "ods": "calc8", "xls": "MS Excel 97"}

# A step a line: what to do and with what, parted by tabs. Typing goes through FormulaLocal, which reads what is typed
# by the format of the cell, as the window does: 007 stays text in a cell of text, 2026-10-05 becomes a date elsewhere.
_MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub FillIn
  Dim channel As Integer, told As String, parts, book
  channel = FreeFile
  Open Environ("OFFICE_JOB") For Input As #channel
  Do While Not EOF(channel)
    Line Input #channel, told
    parts = Split(told, Chr(9))
    Select Case parts(0)
    Case "open"
      book = StarDesktop.loadComponentFromURL(parts(1), "_blank", 0, Array(Setting("Hidden", True)))
    Case "type"
      book.Sheets.getByName(parts(1)).getCellRangeByName(parts(2)).FormulaLocal = parts(3)
    Case "save"
      book.storeToURL(parts(1), Array(Setting("FilterName", parts(2))))
    Case "close"
      book.close(True)
    End Select
  Loop
  Close #channel
  StarDesktop.terminate
End Sub

Function Setting(what As String, told) As Object
  Dim made As New com.sun.star.beans.PropertyValue
  made.Name = what
  made.Value = told
  Setting = made
End Function
</script:module>
"""


@dataclass(frozen=True)
class Typed:
    """A workbook to open, what to type into its cells (sheet, cell, text) and where to save it."""

    source: Path
    cells: tuple[tuple[str, str, str], ...]
    saved: tuple[Path, ...]


class LibreOffice:
    """LibreOffice with a profile of its own, which its first start makes and fills.

    Parameters
    ----------
    folder
        Where the profile and the scripts stand.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._start("--terminate_after_init")
        (folder / "profile/user/basic/Standard/Module1.xba").write_text(_MACRO, encoding="utf-8")

    def fill_in(self, books: Iterable[Typed]) -> None:
        """Open, fill in and save workbooks, one after another in one run."""
        steps = [step for book in books for step in _steps(book)]
        job = self._folder / "job"
        job.write_text("".join("\t".join(step) + "\n" for step in steps), encoding="utf-8")
        self._start("macro:///Standard.Module1.FillIn", OFFICE_JOB=str(job), LC_ALL="C.UTF-8")

    def _start(self, *arguments: str, **environment: str) -> None:
        assert PROGRAM is not None
        profile = f"-env:UserInstallation={(self._folder / 'profile').as_uri()}"
        command = [PROGRAM, profile, "--headless", "--norestore", "--nologo", *arguments]
        subprocess.run(command, capture_output=True, timeout=300, check=True, env={**os.environ, **environment})


def _steps(book: Typed) -> list[tuple[str, ...]]:
    saved = [("save", path.as_uri(), FILTERS[path.suffix[1:]]) for path in book.saved]
    return [("open", book.source.as_uri()), *(("type", *cell) for cell in book.cells), *saved, ("close",)]
