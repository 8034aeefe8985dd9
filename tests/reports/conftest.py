"""The example, its words, and the programs that open what we write (a test without its program is skipped)."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest

from needs_analytics.reports.docx import render_docx
from needs_analytics.reports.html import render_html
from needs_analytics.reports.xlsx import render_xlsx

from . import CREATED, words
from .example import example_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from needs_analytics.reports import Document


@pytest.fixture(scope="session")
def document() -> Document:
    return example_document()


@pytest.fixture(scope="session")
def page(document: Document) -> str:
    return render_html(document, words.CHINESE, CREATED).decode()


@pytest.fixture(scope="session")
def workbook(document: Document) -> bytes:
    return render_xlsx(document, words.CHINESE, CREATED)


@pytest.fixture(scope="session")
def word_file(document: Document) -> bytes:
    return render_docx(document, words.CHINESE, CREATED)


@dataclass(frozen=True)
class Visit:
    """What a browser saw: the document after its scripts ran, console lines, and what the page asked of a network."""

    dom: str
    console: list[str]
    requests: list[str]


def visit(program: str, folder: Path, page: str, *more: str) -> Visit:
    """Open a page in a browser of its own, without profile and background traffic."""
    source, log = folder / "page.html", folder / "net.json"
    source.write_text(page, encoding="utf-8")
    quiet = "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-sync"
    options = [f"--{name}" for name in [*quiet.split(), "disable-component-update", "hide-scrollbars"]]
    options += [
        f"--user-data-dir={folder / 'profile'}",
        f"--log-net-log={log}",
        "--enable-logging=stderr",
        "--dump-dom",
    ]
    run = subprocess.run(
        [program, *options, *more, source.as_uri()], capture_output=True, text=True, timeout=60, check=True
    )
    console = [line for line in run.stderr.splitlines() if ":CONSOLE" in line]
    return Visit(run.stdout, console, _requests_of_the_page(log))


def _requests_of_the_page(log: Path) -> list[str]:
    """Return the addresses asked for on behalf of a page; the browser's own calls belong to no page."""
    written = log.read_text(encoding="utf-8").rstrip().rstrip(",")
    # A browser that stops early leaves the list open.
    events = json.loads(written if written.endswith("}") and "]" in written[-3:] else f"{written}]}}")["events"]
    asked = [event.get("params", {}) for event in events]
    return [one["url"] for one in asked if "url" in one and "file://" in str(one.get("network_isolation_key"))]


@pytest.fixture
def browse(tmp_path: Path) -> Callable[..., Visit]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    return partial(visit, program, tmp_path)


@pytest.fixture
def office(tmp_path: Path) -> Callable[[bytes, str, str], bytes]:
    """Return a function that opens a file in LibreOffice and saves it in another format."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("no LibreOffice on this machine")

    def convert(content: bytes, ending: str, wanted: str) -> bytes:
        source = tmp_path / f"report.{ending}"
        source.write_bytes(content)
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        out = tmp_path / "out"
        command = [program, profile, "--headless", "--convert-to", wanted, "--outdir", str(out), str(source)]
        subprocess.run(command, capture_output=True, timeout=120, check=True)
        return (out / f"report.{wanted.partition(':')[0]}").read_bytes()

    return convert
