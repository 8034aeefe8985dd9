"""What a killed run leaves is taken away by a later one; what is somebody's is left alone."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

from needs_analytics import Workspace
from needs_analytics.cli.entry import run
from needs_analytics.files import write_once, write_together

from .form import report, trials
from .killing import at_once, killed_at, killed_before

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MONTH = "2026-10"
OTHERS = (".报告.tmp", "a.tmp", ".0123.tmp", f".{'g' * 32}.tmp", f".{'0' * 32}.old", f"{'0' * 32}.tmp")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def drafts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob(".*.tmp") if path.is_file())


def aged(paths: list[Path], hours: float) -> None:
    for path in paths:
        then = path.stat().st_mtime - hours * 3600
        os.utime(path, (then, then))


def test_an_old_draft_goes_with_the_next_file_and_what_is_others_stays(tmp_path: Path) -> None:
    ends = {"a": ".tmp", "b": ".old.tmp", "c": ".tmp"}
    old, copied, new = (tmp_path / f".{mark * 32}{end}" for mark, end in ends.items())
    others = [tmp_path / name for name in OTHERS]
    for path in (old, copied, new, *others):
        path.write_bytes(b"half")
    aged([old, copied, *others], 1.1)
    aged([new], 0.9)
    write_together({tmp_path / "b.txt": b"whole", tmp_path / "c.txt": b"whole"})
    assert set(tmp_path.iterdir()) == {new, *others, tmp_path / "b.txt", tmp_path / "c.txt"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace.create(tmp_path / "幸福街道", "幸福街道")
    inbox = workspace.inbox(MONTH)
    inbox.mkdir(parents=True)
    answers = "".join(f"{place},槐树社区,{20 + place},男,助餐\n" for place in range(30)) + "31,槐树社区,999,男,助餐\n"
    (inbox / "答卷.csv").write_text(f"答卷编号,社区,年龄,性别,您需要哪些服务\n{answers}", encoding="utf-8")
    return workspace


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        (("check", MONTH), [".cache", f"check/{MONTH}", f"check/{MONTH}/退回"]),
        (("template", "survey"), ["templates"]),
    ],
    ids=["check", "template"],
)
def test_a_killed_command_leaves_drafts_to_the_next_only(
    office: Workspace, arguments: tuple[str, ...], places: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        with pytest.raises(SystemExit):
            run(["-q", "-C", str(office.path), *arguments])

    for place in places:
        killed_before(f"os.replace {office.path / place}/.", work)
    left = drafts(office.path)
    assert [path.parent for path in left] == [office.path / place for place in places]
    aged(left, 2)
    (office.inbox(MONTH) / "又一份.csv").write_bytes((office.inbox(MONTH) / "答卷.csv").read_bytes() + b"\n")
    work()
    assert drafts(office.path) == []
    capfd.readouterr()


def test_a_key_is_whole_or_not_there(tmp_path: Path) -> None:
    for call in range(1, 40):
        workspace = Workspace.create(tmp_path / f"{call}", "幸福街道")
        file = workspace.path / ".needs-key"
        file.unlink()
        killed = killed_at(call, workspace.key)
        assert not file.exists() or len(file.read_bytes()) == 32
        assert len(workspace.key()) == 32
        assert file.stat().st_mode & 0o777 == 0o600
        if not killed:
            return
    pytest.fail("the key was never made")


def test_several_who_make_a_key_get_the_same(tmp_path: Path) -> None:
    for number in range(trials(5, 200)):
        workspace = Workspace.create(tmp_path / f"{number}", "幸福街道")
        (workspace.path / ".needs-key").unlink()

        def told(place: int, workspace: Workspace = workspace) -> None:
            (workspace.path / f"key-{place}").write_bytes(workspace.key())

        assert at_once([partial(told, place) for place in range(8)]) == [0] * 8
        assert {(workspace.path / f"key-{place}").read_bytes() for place in range(8)} == {workspace.key()}
    report("a key made by 8 at once", rounds=trials(5, 200))


def test_a_key_that_is_empty_is_made_anew(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "office", "幸福街道")
    (workspace.path / ".needs-key").write_bytes(b"")
    assert len(workspace.key()) == 32


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_is_there_is_not_written_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    if not links:
        monkeypatch.delattr(os, "link")
    for content in (b"first", b"second"):
        write_once(tmp_path / "key", content)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"key": b"first"}


def test_a_folder_that_cannot_be_looked_into_is_no_empty_one(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, real = office.inbox(MONTH) / "台账", os.scandir
    closed.mkdir()

    def scandir(place: str) -> object:
        if os.fspath(place) == str(closed):
            raise PermissionError(13, "denied", str(place))
        return real(place)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(PermissionError):
        office.workbooks(MONTH)
