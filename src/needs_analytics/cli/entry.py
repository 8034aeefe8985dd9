"""From the shell to a command and back to an exit code, in the user's language."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from needs_analytics.core.messages import LANGUAGES, text
from needs_analytics.errors import NeedsError

if TYPE_CHECKING:
    from collections.abc import Sequence

_VALUED = ("-C", "--workspace", "--lang")
_FLAGS = ("-q", "--quiet", "--no-input")
REFUSED = 2
OWN_BUG = 101
INTERRUPTED = 130


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 blocking data, 2 wrong request, 101 our own bug."""
    arguments = general_first(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a GBK console must not die of a character it lacks
            stream.reconfigure(errors="replace")
    language = choose_language(arguments)
    sys.exit(_guarded(arguments, language))


def general_first(arguments: Sequence[str]) -> list[str]:
    """Move the options of every command before the command: ``needs check 2026-10 --lang en`` is what people write.

    Examples
    --------
    >>> general_first(["check", "2026-10", "-q", "--lang", "en", "--json"])
    ['-q', '--lang', 'en', 'check', '2026-10', '--json']
    """
    general, rest, given = [], [], iter(arguments)
    for argument in given:
        if argument in _VALUED:
            general += [argument, *(value for value in [next(given, None)] if value is not None)]
        elif argument in _FLAGS or argument.startswith(tuple(f"{name}=" for name in _VALUED)):
            general.append(argument)
        else:
            rest.append(argument)
    return general + rest


def choose_language(arguments: Sequence[str]) -> str:
    """Return the language wished for: ``--lang``, then ``NEEDS_LANG``, else Chinese."""
    wished = os.environ.get("NEEDS_LANG", "")
    for position, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            wished = argument.removeprefix("--lang=")
        elif argument == "--lang" and position + 1 < len(arguments):
            wished = arguments[position + 1]
    return wished if wished in LANGUAGES else LANGUAGES[0]


def _guarded(arguments: Sequence[str], language: str) -> int:
    import click

    from needs_analytics.cli.app import build

    try:
        code = build(language).main(args=list(arguments), prog_name="needs", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except NeedsError as wrong:
        print(wrong.in_language(language), file=sys.stderr)  # noqa: T201
        return wrong.exit_code
    except (KeyboardInterrupt, click.Abort, MemoryError) as end:
        short = isinstance(end, MemoryError)
        print(text("cli.out_of_memory" if short else "cli.interrupted", language), file=sys.stderr)  # noqa: T201
        return REFUSED if short else INTERRUPTED
    except BrokenPipeError:  # the reader of our output (head, less) has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as wrong:
        from needs_analytics.intake.masking import mask_path  # an office may have called its file by a resident

        file = mask_path(str(wrong.filename or wrong.strerror or type(wrong).__name__))
        print(text("cli.system_refused", language, file=file), file=sys.stderr)  # noqa: T201
        return REFUSED
    except Exception as bug:
        if os.environ.get("NEEDS_DEBUG"):  # for developers on invented data: values may be a resident's
            raise
        _show_bug(bug)
        print(text("cli.own_bug", language, kind=type(bug).__name__), file=sys.stderr)  # noqa: T201
        return OWN_BUG
    return code if isinstance(code, int) else 0


def _show_bug(bug: Exception) -> None:
    """Print where it happened, but no values, which may be a resident's, and no folder of this machine.

    Of our own code each line is named, of the libraries the one that raised.
    """
    import platform
    import traceback
    from importlib.metadata import version
    from pathlib import Path

    here = Path(__file__).parents[2]
    frames = traceback.extract_tb(bug.__traceback__)
    for number, frame in enumerate(frames, start=1):
        file = Path(frame.filename)
        own = file.is_relative_to(here)
        if own or number == len(frames):
            place = file.relative_to(here).as_posix() if own else "/".join(file.parts[-2:])
            print(f"  {place}:{frame.lineno} {frame.name}", file=sys.stderr)  # noqa: T201
    made_of = ", ".join(f"{name} {version(name)}" for name in ("needs-analytics", "pandas", "numpy"))
    print(f"  {made_of}, Python {platform.python_version()}, {platform.system()}", file=sys.stderr)  # noqa: T201
