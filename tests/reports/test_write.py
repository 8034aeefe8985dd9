from __future__ import annotations

import threading
from pathlib import Path

import pytest

from needs_analytics import files
from needs_analytics.core import messages
from needs_analytics.errors import UsageError
from needs_analytics.files import write_whole
from needs_analytics.reports import Document, Paragraph, Section
from needs_analytics.reports import write as writing
from needs_analytics.reports.words import WORD_KEYS, render_words
from needs_analytics.reports.write import write_document

from . import CREATED, words

SMALL = Document("报告", [Section("一、总体情况", [Paragraph("甲")])])


def test_all_formats_are_written_and_nothing_else_is_left(tmp_path):
    folder = tmp_path / "reports" / "2026-10"
    written = write_document(SMALL, folder, created=CREATED, stem="幸福街道2026-10", words=words.CHINESE)
    assert [path.name for path in written] == ["幸福街道2026-10.xlsx", "幸福街道2026-10.html", "幸福街道2026-10.docx"]
    assert sorted(folder.iterdir()) == sorted(written)
    again = [path.read_bytes() for path in written]
    write_document(SMALL, folder, created=CREATED, stem="幸福街道2026-10", words=words.CHINESE)
    assert [path.read_bytes() for path in written] == again


def test_an_unknown_format_is_a_usage_error_with_nothing_written(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "catalogue", lambda _: {"error.format_unknown": "没有 {format} 这种格式"})
    with pytest.raises(UsageError, match="没有 pdf 这种格式"):
        write_document(SMALL, tmp_path, created=CREATED, stem="x", formats=["html", "pdf"], words=words.CHINESE)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_while_rendering_leaves_the_folder_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setitem(writing.RENDERERS, "docx", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_document(SMALL, tmp_path, created=CREATED, stem="x", words=words.CHINESE)
    assert list(tmp_path.iterdir()) == []


def locked(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let files be open elsewhere, as Windows has it."""
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name in names:
            raise PermissionError(13, "locked", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)


def test_a_file_that_is_open_elsewhere_gets_a_neighbour(tmp_path, monkeypatch):
    for name in ("报告.xlsx", "报告(2).xlsx"):
        (tmp_path / name).write_bytes(b"old")
    locked(monkeypatch, "报告.xlsx", "报告(2).xlsx")
    assert write_whole(tmp_path / "报告.xlsx", b"new") == tmp_path / "报告(3).xlsx"
    assert (tmp_path / "报告.xlsx").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["报告(2).xlsx", "报告(3).xlsx", "报告.xlsx"]


def test_a_folder_that_refuses_is_an_error_and_leaves_no_draft(tmp_path, monkeypatch):
    locked(monkeypatch, "报告.xlsx")
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "报告.xlsx", b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_the_old_or_the_new_file_and_never_half(tmp_path):
    path = tmp_path / "x.html"
    contents = [bytes([number]) * 200_000 for number in range(8)]
    write_whole(path, contents[0])
    seen: set[bytes] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for content in contents:
        write_whole(path, content)
    done.set()
    reader.join()
    assert seen <= set(contents)


def test_a_draft_does_not_survive_a_full_disk(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "x.html", b"new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("interrupted", [1, 2])
def test_formats_are_named_only_when_all_of_them_are_on_the_disk(tmp_path, monkeypatch, interrupted):
    write_document(SMALL, tmp_path, created=CREATED, stem="x", formats=["xlsx", "html"], words=words.CHINESE)
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    calls = iter(range(1, 9))

    def stop(_: int) -> None:
        if next(calls) == interrupted:
            raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", stop)
    other = Document("别的报告", [Section("一、总体情况", [Paragraph("乙")])])
    with pytest.raises(KeyboardInterrupt):
        write_document(other, tmp_path, created=CREATED, stem="x", formats=["xlsx", "html"], words=words.CHINESE)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old


def test_a_folder_that_is_none_is_a_wrong_request(tmp_path):
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(UsageError, match="写不进目录"):
        write_document(SMALL, tmp_path / "reports" / "2026-10", created=CREATED, stem="x", words=words.CHINESE)


def test_the_words_come_from_the_catalogue_with_their_places_kept(monkeypatch):
    entries = {f"render.{key}": sentence for key, sentence in words.CHINESE.items()}
    monkeypatch.setattr(messages, "catalogue", lambda _: entries)
    assert render_words("zh") == {key: words.CHINESE[key] for key in WORD_KEYS}


def test_an_office_name_no_file_can_have_is_written_with_lines(document: Document, tmp_path: Path) -> None:
    (written,) = write_document(document, tmp_path, created=CREATED, stem="一/二:<三>", formats=["html"])

    assert written == tmp_path / "一_二__三_.html"
