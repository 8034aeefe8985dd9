"""The notebook runs from a clone and from an installed package, and is committed without outputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOK = NOTEBOOKS / "01_一个月的报告.ipynb"


@pytest.fixture(scope="module")
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a kernel that is this very Python."""
    folder = tmp_path / "kernels" / "tested"
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "tested", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return "tested"


@pytest.mark.filterwarnings("default")  # the notebook's own client is not ours to mend
def test_the_notebook_runs_and_writes_the_report(notebook: nbformat.NotebookNode, kernel: str, tmp_path: Path) -> None:
    resources = {"metadata": {"path": str(NOTEBOOKS)}}

    NotebookClient(notebook, timeout=300, kernel_name=kernel, resources=resources).execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    looks = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert len(pictures) == 3
    assert sum("needs-analytics" in look for look in looks) == 8
    assert {path.suffix for path in tmp_path.glob("tmp*/*需求清单*")} == {".xlsx", ".html", ".docx"}
    assert not any(output.get("name") == "stderr" for output in outputs)


def test_the_notebook_finds_its_sample_where_only_the_package_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    first = next(cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code")
    names: dict[str, object] = {}

    exec(first.source, names)  # the cell as a reader runs it

    found = sorted(path.name for path in Path(str(names["folder"])).iterdir())
    assert found == sorted(path.name for path in (NOTEBOOKS.parent / "data/samples/2026-10").iterdir())


def test_the_notebook_is_committed_without_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]

    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]] == []
