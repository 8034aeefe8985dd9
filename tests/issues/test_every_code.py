"""Every code of the catalogue has a test that provokes it: one that asserts that it is raised.

The tests themselves are read: a code counts where an assertion names it otherwise than to deny it, or where it stands
in a table of inputs (``FILES``, ``SHEETS`` or a ``parametrize``) that such a test goes through. A code that is only
mentioned, or put into an ``Issue`` by hand, does not.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from needs_analytics.core.messages import catalogue

TESTS = Path(__file__).parents[1]
CODE = re.compile(r"[EWI]\d{3}")
BY_HAND = frozenset({"reports", "core", "api"})  # tests of what is done with an issue make theirs by hand
TABLES = frozenset({"FILES", "SHEETS"})


def codes_in(node: ast.AST) -> set[str]:
    """Return the codes a piece of a test names, but for those of issues made by hand."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Issue":
        return set()
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value} if CODE.fullmatch(node.value) else set()
    return {code for child in ast.iter_child_nodes(node) for code in codes_in(child)}


def denies(node: ast.expr) -> bool:
    """Whether an assertion says that a code is not raised."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return True
    if isinstance(node, ast.Compare):
        empty = [side for side in node.comparators if ast.unparse(side) in {"[]", "()", "set()", "{}", "0"}]
        return bool(empty) or any(isinstance(op, ast.NotIn | ast.NotEq) for op in node.ops)
    return False


def is_next(node: ast.AST | None) -> bool:
    """Whether something is the first of those there are, of which there has to be one."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "next" and len(node.args) == 1


def provoked(text: str) -> set[str]:
    """Return the codes whose raising the tests of a file assert."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assert) and not denies(node.test):
            found |= codes_in(node.test)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "parametrize":
            found |= codes_in(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names = node.targets if isinstance(node, ast.Assign) else [node.target]
            # (issue,) = [… if issue.code == "W216"] and next(… if issue.code == "W216") fail where there is none
            one = any(isinstance(name, ast.Tuple) for name in names) or is_next(node.value)
            found |= codes_in(node) if one or TABLES & {getattr(name, "id", "") for name in names} else set()
    return found


def test_every_code_has_a_test_that_provokes_it() -> None:
    files = [path for path in TESTS.rglob("test_*.py") if path.relative_to(TESTS).parts[0] not in BY_HAND]
    found = set().union(*(provoked(path.read_text("utf-8")) for path in files))
    codes = {key.split(".")[1] for key in catalogue("zh") if key.startswith("issue.")}

    assert sorted(codes - found) == []


def test_what_is_denied_or_made_by_hand_does_not_count() -> None:
    assert provoked('assert "E101" not in codes(x)') == set()
    assert provoked('assert not told(x, "E101")') == set()
    assert provoked('assert told(x, "E101") == []') == set()
    assert provoked('x = "E101"') == set()
    assert provoked('assert say(Issue("E101")) == "…"') == set()
    assert provoked('assert told(x, "E101") == [("B2", "230")]') == {"E101"}
