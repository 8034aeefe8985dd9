"""Files replaced together: finished or undone, never half, whoever is interrupted where."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from needs_analytics.exchange import Exchange, exchanging

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OLD = {"报告.xlsx": b"old workbook", "报告.html": b"old page"}
NEW = {"报告.xlsx": b"new workbook", "报告.html": b"new page", "报告.docx": b"new letter"}


class Cut(BaseException):
    """The plug is pulled: nothing that would tidy up may run."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "history").mkdir()
    (tmp_path / "reports").mkdir()
    for name, content in OLD.items():
        (tmp_path / "reports" / name).write_bytes(content)
    return tmp_path


def journal(folder: Path) -> Path:
    return folder / "history" / "writing.json"


def found(folder: Path) -> dict[str, bytes]:
    """Return every file in the folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


KEPT = {**NEW, "报告（原件）.html": b"old page"}


def keep_page(path: Path, _name: str, _digest: str) -> str:
    return "报告（原件）.html" if path.name == "报告.html" else ""


def replace_all(folder: Path, committed: list[Mapping[str, str]], *, keep: bool = False) -> None:
    with exchanging(journal(folder), folder, lambda digests: digests in committed, lambda: None) as exchange:
        contents = {folder / "reports" / name: content for name, content in NEW.items()}
        exchange.replace(contents, keep_page if keep else None)
        committed.append(exchange.digests)


def replace_and_fail(folder: Path, *, committed: bool) -> None:
    with exchanging(journal(folder), folder, lambda _: committed, lambda: None) as exchange:
        exchange.replace({folder / "reports" / name: content for name, content in NEW.items()})
        assert found(folder)["报告.html"] == b"new page"
        raise ZeroDivisionError


def test_what_is_committed_stands(folder: Path) -> None:
    replace_all(folder, [])
    assert found(folder) == NEW


def test_an_old_file_that_is_kept_stands_beside_the_new_one(folder: Path) -> None:
    replace_all(folder, [], keep=True)
    assert found(folder) == KEPT


def test_a_file_of_the_name_of_a_kept_one_stays_too(folder: Path) -> None:
    (folder / "reports" / "报告（原件）.html").write_bytes(b"an earlier one")
    replace_all(folder, [], keep=True)
    assert found(folder) == {**NEW, "报告（原件）.html": b"an earlier one", "报告（原件）(2).html": b"old page"}


def test_an_old_file_that_is_like_the_new_one_is_not_kept(folder: Path) -> None:
    (folder / "reports" / "报告.html").write_bytes(NEW["报告.html"])
    replace_all(folder, [], keep=True)
    assert found(folder) == NEW


def test_a_locked_file_that_would_be_kept_stays_under_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if Path(target).name == "报告.html" and self.suffix == ".tmp":
            raise PermissionError(13, "open elsewhere", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    replace_all(folder, [], keep=True)
    assert found(folder) == {**NEW, "报告.html": b"old page", "报告(2).html": b"new page"}


def test_an_error_before_the_commit_puts_the_old_files_back(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        replace_and_fail(folder, committed=False)
    assert found(folder) == OLD


def test_an_error_after_the_commit_leaves_the_new_files(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        replace_and_fail(folder, committed=True)
    assert found(folder) == NEW


STEPS = ["open", "replace", "unlink", "fsync", "link"]


def interrupted(monkeypatch: pytest.MonkeyPatch, number: int, work: Callable[[], object]) -> bool:
    """Do something whose plug is pulled before the n-th call that changes the disk; return whether it came to that."""
    calls = 0

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls >= number:  # also whatever would tidy up afterwards
                raise Cut
            return real(*given, **named)

        return call

    with monkeypatch.context() as patch, suppress(Cut):
        for name in STEPS:
            patch.setattr(os, name, watched(getattr(os, name)))
        patch.setattr("io.open", watched(open))
        work()
        return False
    return True


@pytest.mark.parametrize("keep", [False, True], ids=["old goes", "old stays"])
@pytest.mark.parametrize("copied", [False, True], ids=["second name", "copy"])
def test_a_cut_anywhere_leaves_old_or_new_after_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, copied: bool, keep: bool
) -> None:
    """Also where the mending is cut in its turn."""
    new = KEPT if keep else NEW
    if copied:
        monkeypatch.delattr(os, "link")
        monkeypatch.setattr(sys.modules[__name__], "STEPS", STEPS[:-1])
    ends = set()
    for number in range(1, 200):
        folder = tmp_path / str(number)
        (folder / "history").mkdir(parents=True)
        (folder / "reports").mkdir()
        for name, content in OLD.items():
            (folder / "reports" / name).write_bytes(content)
        committed: list[Mapping[str, str]] = []
        cut = interrupted(monkeypatch, number, lambda: replace_all(folder, committed, keep=keep))  # noqa: B023 - called at once
        for again in range(1, 9):
            recover = Exchange(journal(folder), folder).recover
            interrupted(monkeypatch, 2 * again, lambda: recover(lambda digests: digests in committed))  # noqa: B023
        Exchange(journal(folder), folder).recover(lambda digests: digests in committed)  # noqa: B023
        assert found(folder) == (new if committed else OLD)
        ends.add(bool(committed))
        if not cut:
            break
    else:
        pytest.fail("the exchange never came to its end")
    assert ends == {False, True}


def test_the_workspace_may_be_moved_before_it_is_mended(folder: Path, tmp_path: Path) -> None:
    exchange = Exchange(journal(folder), folder)
    exchange.replace({folder / "reports" / name: content for name, content in NEW.items()})
    moved = tmp_path.parent / f"{tmp_path.name}-moved"
    folder.rename(moved)
    assert Exchange(journal(moved), moved).recover(lambda _: False)
    assert found(moved) == OLD


def test_nothing_under_way_is_nothing_to_mend(folder: Path) -> None:
    assert not Exchange(journal(folder), folder).recover(lambda _: False)
    assert found(folder) == OLD


def test_a_file_somebody_put_there_meanwhile_is_not_taken_away(folder: Path) -> None:
    exchange = Exchange(journal(folder), folder)
    exchange.replace({folder / "reports" / "报告.docx": b"new letter"})
    (folder / "reports" / "报告.docx").write_bytes(b"theirs")
    exchange.undo()
    assert found(folder) == OLD | {"报告.docx": b"theirs"}


def test_a_locked_file_stays_and_the_new_one_takes_the_next_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def locked(source: str | Path, target: str | Path) -> None:
        if os.fspath(target).endswith(("报告.xlsx", "报告(2).xlsx")):
            raise PermissionError(13, "in use", str(target))
        real(source, target)

    (folder / "reports" / "报告(2).xlsx").write_bytes(b"old second")
    exchange = Exchange(journal(folder), folder)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", locked)
        names = exchange.replace({folder / "reports" / name: content for name, content in NEW.items()})
    assert [path.name for path in names] == ["报告(3).xlsx", "报告.html", "报告.docx"]
    exchange.finish()
    assert found(folder) == OLD | NEW | {
        "报告.xlsx": b"old workbook", "报告(2).xlsx": b"old second", "报告(3).xlsx": b"new workbook",
    }  # fmt: skip


def test_a_folder_that_cannot_be_written_to_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(source: str | Path, target: str | Path) -> None:
        if "reports" in os.fspath(target):
            raise PermissionError(13, "denied", str(target))
        Path(source).rename(target)

    monkeypatch.setattr(os, "replace", refused)
    with (
        pytest.raises(PermissionError),
        exchanging(journal(folder), folder, lambda _: False, lambda: None) as exchange,
    ):
        exchange.replace({folder / "reports" / "报告.docx": b"new letter"})
    assert found(folder) == OLD
