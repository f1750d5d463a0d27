"""What a template or a placeholder shows with nothing to show in its place where it is missing."""

# ruff: noqa: N802, N815 - Jinja calls a visitor by `visit_` and the node's name

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeVisitor

from autoflow.language.templates.names import parse

_ROOTS = ("contact", "event")
_DEFAULT = ("default", "d")


@lru_cache(maxsize=512)
def shown_bare(source: str, strict: bool) -> frozenset[str]:  # noqa: FBT001 - part of the cache's key
    """The paths, such as `contact.first_name`, that fail where the value is missing.

    Not those with a `default`, nor those inside an `if` that mentions them. `strict`, in placeholders, a value that is
    missing cannot even be asked for in an `if`. What is included or called is not looked into.
    """
    try:
        walk = _Walk(strict)
        walk.visit(parse(source))
    except (TemplateSyntaxError, RecursionError):
        return frozenset()
    return frozenset(walk.found)


class _Walk(NodeVisitor):
    """`guards` are the paths that something around has asked for."""

    def __init__(self, strict: bool) -> None:  # noqa: FBT001 - as above
        self.strict = strict
        self.guards: frozenset[str] = frozenset()
        self.found: set[str] = set()

    # ---- statements

    def visit_Output(self, node: nodes.Output) -> None:
        self.all(node.nodes)

    def visit_For(self, node: nodes.For) -> None:
        self.shown(node.iter)
        self.inside((), [*node.body, *node.else_])

    def visit_If(self, node: nodes.If) -> None:
        if self.strict:
            self.shown(node.test)
        self.inside(_asked(node.test), [*node.body, *node.elif_, *node.else_])

    def visit_Macro(self, node: nodes.Macro) -> None:
        """What is called is not looked into."""

    visit_CallBlock = visit_Macro
    visit_Assign = visit_Macro

    def inside(self, guards: Iterable[str], children: Iterable[nodes.Node]) -> None:
        around, self.guards = self.guards, self.guards.union(guards)
        for child in children:
            self.visit(child)
        self.guards = around

    # ---- expressions

    def shown(self, node: nodes.Node | None) -> None:
        """Look at an expression whose value is needed."""
        path = _path(node)
        if path:
            if path not in self.guards:
                self.found.add(path)
        elif isinstance(node, nodes.Filter):
            if node.name not in _DEFAULT or not _path(node.node):
                self.shown(node.node)
            self.all(node.args)
        elif isinstance(node, nodes.CondExpr):
            self.either(node.test, node.expr1, node.expr2)
        elif isinstance(node, nodes.Or):
            self.all([node.left, node.right] if self.strict else [node.right])
        elif isinstance(node, nodes.Concat):
            self.all(node.nodes)
        elif isinstance(node, nodes.BinExpr) and not isinstance(node, nodes.And):
            self.all([node.left, node.right])
        elif isinstance(node, (nodes.Neg, nodes.Pos)):
            self.shown(node.node)

    def all(self, several: Iterable[nodes.Node]) -> None:
        """Look at expressions all of whose values are needed."""
        for each in several:
            self.shown(each)

    def either(self, test: nodes.Expr, first: nodes.Expr, second: nodes.Expr | None) -> None:
        """Look at `A if B else C`."""
        if self.strict:
            self.shown(test)
        around, self.guards = self.guards, self.guards.union(_asked(test))
        self.shown(first)
        self.shown(second)
        self.guards = around


def _asked(test: nodes.Node) -> set[str]:
    """Every path that a test mentions."""
    found = {_path(node) for kind in (nodes.Getattr, nodes.Getitem) for node in [test, *test.find_all(kind)]}
    return found - {""}


def _path(node: nodes.Node | None) -> str:
    """`contact.plan` of `contact.plan.name`; nothing where it is another expression."""
    steps: list[str] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getattr):
            steps.append(node.attr)
        else:
            key = node.arg
            steps.append(key.value if isinstance(key, nodes.Const) and isinstance(key.value, str) else "")
        node = node.node
    if not steps or not isinstance(node, nodes.Name) or node.name not in _ROOTS:
        return ""
    return f"{node.name}.{steps[-1]}" if steps[-1] else ""
