"""What every command needs: the language, where to print, the workspace."""

from __future__ import annotations

import json
import math
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from needs_analytics.core.messages import failure, text
from needs_analytics.core.settings import listed
from needs_analytics.errors import BlockingDataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from needs_analytics.core.month import Month
    from needs_analytics.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Context:
    """Settings of one call; data goes to standard output, everything else to standard error."""

    language: str
    quiet: bool
    no_input: bool
    workspace: Path | None

    def say(self, key: str, /, **details: object) -> None:
        """Print a sentence of the catalogue on standard error, unless quiet."""
        if not self.quiet:
            click.echo(text(f"cli.{key}", self.language, **details), err=True)

    def warn(self, key: str, /, **details: object) -> None:
        """Print a sentence of the catalogue on standard error, also when quiet: something is lost."""
        click.echo(text(f"cli.{key}", self.language, **details), err=True)

    def tell_next(self, key: str, /, **details: object) -> None:
        """Print the last line: what to do next."""
        if not self.quiet:
            step = text(f"cli.{key}", self.language, **{"needs": self.invocation(), **details})
            click.echo(text("cli.next", self.language, step=step), err=True)

    def invocation(self) -> str:
        """Return how this program was called, with the workspace: what is printed can be pasted."""
        program, name = sys.argv[0], Path(sys.argv[0]).stem
        if name not in {"needs", "needs-analytics"}:
            words = [Path(sys.executable).name, "-m", "needs_analytics"]
        else:
            words = [name if shutil.which(name) == shutil.which(program) else program]
        words += ["-C", str(self.workspace)] if self.workspace else []
        return " ".join(f'"{word}"' if " " in word else word for word in words)

    def open_workspace(self) -> Workspace:
        """Return the workspace named with ``-C`` or found from here upwards."""
        from needs_analytics.workspace import Workspace

        return Workspace(self.workspace) if self.workspace else Workspace.find()

    def open_month(self, month: str) -> tuple[Workspace, Month]:
        """Return the workspace and the month, for which there are workbooks.

        Raises
        ------
        BlockingDataError
            When the month's folder holds nothing to read.
        """
        from needs_analytics.core.month import Month
        from needs_analytics.intake.masking import mask_path

        parsed = Month.parse(month)
        workspace = self.open_workspace()
        if not workspace.workbooks(parsed):
            folder = workspace.inbox(parsed)
            others = sorted(mask_path(path.name) for path in folder.rglob("*") if path.is_file())
            key = "empty_month_but" if others else "empty_month"
            raise failure(BlockingDataError, key, folder=str(folder), month=str(parsed), others=listed(others[:5]))
        if workspace.key_lost:
            self.warn("key_lost", folder=str(workspace.path))
        for path in workspace.open_elsewhere(parsed):
            self.say("open_elsewhere", file=mask_path(path.name))
        return workspace, parsed

    def progress(self) -> Callable[[str], None]:
        """Return what a pipeline calls at each stage: a line each, with the seconds of the stage before it."""
        began = time.perf_counter()

        def tell(stage: str) -> None:
            if not self.quiet:
                seconds = time.perf_counter() - began
                click.echo(f"[{seconds:5.1f} s] {text(f'cli.stage_{stage}', self.language)}", err=True)

        return tell


def print_json(value: Any) -> None:
    """Print one JSON object on standard output; NaN becomes null."""
    json.dump(_finite(value), sys.stdout, ensure_ascii=False, indent=1, sort_keys=False, default=str)
    sys.stdout.write("\n")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def examples(verb: str, language: str) -> str:
    """Return the two examples a command's help ends with."""
    lines = [f"  {text(f'cli.{verb}.example_{number}', language)}" for number in (1, 2)]
    return "\b\n" + "\n".join([text("cli.examples", language), *lines])


def help_text(verb: str, language: str) -> str:
    """Return a command's help with its examples."""
    return f"{text(f'cli.{verb}.help', language)}\n\n{examples(verb, language)}"
