"""One program out of the cells of a notebook.

A notebook's cells are run in any order and again and again, so the same name
may be defined in several of them. :func:`join` puts the cells one after the
other in the order they were run and blanks every top-level definition that a
later one replaced or that was deleted since. Imports, constants and all else
stay: the compiler skips what is not marked.
"""

from __future__ import annotations

import ast
from collections.abc import Container

_Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def join(cells: list[str], alive: Container[str]) -> bytes:
    """The program that the cells, in the order they were run, define.

    Args:
        cells: text of each cell; those that are not valid Python are left out.
        alive: names that exist in the notebook now.
    """
    parsed = [(number, cell, tree) for number, cell in enumerate(cells) if (tree := _parse(cell))]
    last = {
        node.name: (number, node)
        for number, _, tree in parsed
        for node in tree.body
        if isinstance(node, _Definition)
    }
    pieces: list[str] = []
    for number, cell, tree in parsed:
        lines = cell.split("\n")
        for node in tree.body:
            if isinstance(node, _Definition) and (
                last[node.name] != (number, node) or node.name not in alive
            ):
                _blank(lines, node)
        pieces.append(f"# In [{number}]\n" + "\n".join(lines) + "\n")
    return "".join(pieces).encode()


def _parse(cell: str) -> ast.Module | None:
    try:
        return ast.parse(cell) if cell.strip() else None
    except (SyntaxError, ValueError, RecursionError):
        return None


def _blank(lines: list[str], node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    for line in range(first - 1, node.end_lineno or node.lineno):
        lines[line] = ""
