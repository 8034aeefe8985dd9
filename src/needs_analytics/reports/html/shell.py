"""What every page we write has: an engine that escapes, a policy that lets nothing in from outside, a Chinese font."""

from __future__ import annotations

import base64
import hashlib
import string
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from needs_analytics.reports.fonts import cut_font
from needs_analytics.reports.formats import clean_text

LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}
FONT_SLOT = "/* font */"


def environment() -> Environment:
    """Return a template engine that escapes everything and refuses a name it does not know."""
    return Environment(
        loader=PackageLoader("needs_analytics.reports.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: clean_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )


def resource(name: str) -> str:
    """Return the text of a file that lies with the templates."""
    return files("needs_analytics.reports.html").joinpath("templates", name).read_text(encoding="utf-8")


def content_policy(script: str) -> str:
    """Return the content policy: nothing from outside, and no script but ours."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def with_font(written: str) -> str:
    """Return a page with the font of just its own characters, and those one may type, in place of the slot."""
    font = base64.b64encode(cut_font(written + string.printable)).decode()
    face = f'@font-face {{ font-family: "Report Sans"; src: url(data:font/woff2;base64,{font}) format("woff2"); }}'
    return written.replace(FONT_SLOT, face, 1)


def css_string(text: str) -> str:
    r"""Escape a text for a string in a style sheet.

    Examples
    --------
    >>> css_string('内部"</style>')
    '内部\\22 \\3c \\2f style\\3e '
    """
    return "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in clean_text(text))
