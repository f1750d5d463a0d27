"""What one template source reads, includes and gets wrong, found in its syntax tree without running it."""

# ruff: noqa: N802, N815 - Jinja calls a visitor by `visit_` and the node's name

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeVisitor

from autoflow.language.codes import Code
from autoflow.language.slips.elsewhere import asked, meant
from autoflow.language.templates.sandbox import FILTER_NAMES, environment
from autoflow.model.problems import did_you_mean

ROOTS = frozenset(
    ("contact", "event", "recipe", "segments", "tags", "now", "sender", "unsubscribe_url", "preferences_url")
)
_FUNCTIONS = frozenset(("range", "namespace", "self", "super"))

USUAL_FILTERS = "Usual ones are default('…'), upper, title, round, money and date."

_reader = environment({})


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in one source; `word` is what stands there, by which its column is found."""

    line: int
    message: str
    fix: str = ""
    word: str = ""
    code: Code = "template"


@dataclass(frozen=True, slots=True)
class Use:
    """Another source that this one uses, with the names that it finds bound there.

    `blocks` are the blocks that the use stands in, the innermost last, and `at_times` says whether it may be passed by.
    """

    source: str
    line: int
    how: str  # extends | include | import
    sees_names: bool
    bound: frozenset[str]
    blocks: tuple[str, ...]
    at_times: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A dotted path that is read from outside, in which line and in which blocks (the innermost last).

    `at_times` says whether it may be passed by: inside a loop, or an `if` that does not read it whichever way it goes.
    """

    path: str
    line: int
    blocks: tuple[str, ...]
    at_times: bool = False


@dataclass(slots=True)
class Names:
    """What one source reads from outside, sets, uses and gets wrong.

    `replaced` are the blocks that it writes over if it extends a layout: those that do not call `super()`.
    """

    reads: list[Read] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    sets: set[str] = field(default_factory=set)
    uses: list[Use] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


@lru_cache(maxsize=512)
def names_of(source: str, escaped: bool) -> Names:  # noqa: FBT001 - part of the cache's key
    """The analysis of one source (`escaped`: HTML), kept for as long as its text stays the same."""
    try:
        tree = parse(source)
        walk = _Walk(".html" if escaped else ".txt")
        walk.visit(tree)
    except RecursionError:
        mend = "Take it apart with include."
        return Names(mistakes=[Mistake(1, "The template is nested too deeply.", mend, code="too-deep")])
    except TemplateSyntaxError as error:
        from autoflow.language.templates.errors import explain, line_of

        said = error.message or ""
        line = line_of(said, source, error.lineno)
        shown = source.split("\n")[line - 1] if line <= source.count("\n") + 1 else ""
        return Names(mistakes=[Mistake(line, *explain(said, shown))])
    return walk.found


@lru_cache(maxsize=64)
def parse(source: str) -> nodes.Template:
    """The syntax tree of a source, which nobody may change; raises `TemplateSyntaxError`."""
    return _reader.parse(source)


class _Walk(NodeVisitor):
    """Visits in the order of reading; `scopes` holds the names bound on the way down to a node."""

    def __init__(self, suffix: str) -> None:
        self.found = Names()
        self.scopes: list[set[str]] = [self.found.sets]
        self.blocks: tuple[str, ...] = ()
        self.seen: set[str] = set()
        self.suffix = suffix

    def mistake(
        self, node: nodes.Node, message: str, fix: str = "", word: str = "", code: Code = "template"
    ) -> None:
        self.found.mistakes.append(Mistake(node.lineno, message, fix, word, code))

    def bind(self, node: nodes.Node, names: Iterable[str]) -> None:
        for name in names:
            if name in ROOTS:
                self.mistake(
                    node, f'"{name}" is given to the template and cannot be set.', "Use another name.", name
                )
            self.scopes[-1].add(name)

    def inside(self, bound: Iterable[nodes.Node], children: Iterable[nodes.Node], *more: str) -> None:
        self.scopes.append(set(more))
        for target in bound:
            self.bind(target, _targets(target))
        for child in children:
            self.visit(child)
        self.scopes.pop()

    # ---- what is read

    def visit_Name(self, node: nodes.Name) -> None:
        self.read(node, node.name, ())

    def visit_Getattr(self, node: nodes.Getattr) -> None:
        self.chain(node)

    def visit_Getitem(self, node: nodes.Getitem) -> None:
        self.chain(node)

    def visit_Call(self, node: nodes.Call) -> None:
        # In `contact.email.endswith("x")` the last name is a method: what is read is the text.
        callee = node.node
        if isinstance(callee, nodes.Name) and callee.name == "super":
            self.found.replaced.difference_update(self.blocks[-1:])
        self.visit(callee.node if isinstance(callee, nodes.Getattr) else callee)
        for child in node.iter_child_nodes(exclude=("node",)):
            self.visit(child)

    def chain(self, node: nodes.Expr) -> None:
        """Read the longest dotted path; what cannot be narrowed reads the path so far as a whole."""
        steps: list[str] = []
        at: nodes.Node = node
        while isinstance(at, (nodes.Getattr, nodes.Getitem)):
            key = at.attr if isinstance(at, nodes.Getattr) else _constant(at.arg)
            if key is None or "." in key:
                steps.clear()
                if isinstance(at, nodes.Getitem):
                    self.visit(at.arg)
            else:
                steps.append(key)
            at = at.node
        if isinstance(at, nodes.Name):
            self.read(at, at.name, steps[::-1])
        else:
            self.visit(at)

    def read(self, node: nodes.Node, root: str, steps: Iterable[str]) -> None:
        if root not in _FUNCTIONS and not any(root in scope for scope in self.scopes):
            self.found.reads.append(Read(".".join((root, *steps)), node.lineno, self.blocks))

    # ---- what is passed by at times

    def visit_If(self, node: nodes.If) -> None:
        self.visit(node.test)
        begin, uses = len(self.found.reads), len(self.found.uses)
        ways = []
        others = ((each.test, each.body) for each in node.elif_)
        for test, body in ((None, node.body), *others, (None, node.else_)):
            if test is not None:
                self.visit(test)
            so_far = len(self.found.reads)
            for child in body:
                self.visit(child)
            ways.append({each.path for each in self.found.reads[so_far:] if not each.at_times})
        self.at_times(begin, uses, sure=set.intersection(*ways))

    def at_times(self, reads: int, uses: int, sure: set[str]) -> None:
        """Note of all that was read and used from there on that it may be passed by, unless it is sure."""
        found = self.found
        found.reads[reads:] = [
            each if each.path in sure else replace(each, at_times=True) for each in found.reads[reads:]
        ]
        found.uses[uses:] = [replace(each, at_times=True) for each in found.uses[uses:]]

    # ---- what is bound

    def visit_For(self, node: nodes.For) -> None:
        if node.recursive:
            self.mistake(
                node, "A loop cannot be recursive here.", "Write one loop inside the other.", "recursive"
            )
        self.visit(node.iter)
        begin, uses = len(self.found.reads), len(self.found.uses)
        self.inside([node.target], [*([node.test] if node.test else []), *node.body], "loop")
        self.at_times(begin, uses, sure=set())
        self.inside([], node.else_)

    def visit_With(self, node: nodes.With) -> None:
        for value in node.values:
            self.visit(value)
        self.inside(node.targets, node.body)

    def visit_Macro(self, node: nodes.Macro) -> None:
        self.bind(node, [node.name])
        self.called(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> None:
        self.visit(node.call)
        self.called(node)

    def called(self, node: nodes.Macro | nodes.CallBlock) -> None:
        for value in node.defaults:
            self.visit(value)
        self.inside(node.args, node.body, "varargs", "kwargs", "caller")

    def visit_Assign(self, node: nodes.Assign) -> None:
        self.visit(node.node)
        self.bind(node, _targets(node.target))

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> None:
        self.inside([], [*([node.filter] if node.filter else []), *node.body])
        self.bind(node, _targets(node.target))

    def visit_Block(self, node: nodes.Block) -> None:
        if node.name in self.seen:
            self.mistake(node, f'There are two blocks called "{node.name}".', "Rename one.", node.name)
        self.seen.add(node.name)
        self.found.replaced.add(node.name)
        around, self.blocks = self.blocks, (*self.blocks, node.name)
        self.inside([], node.body)
        self.blocks = around

    # ---- what is used

    def visit_Extends(self, node: nodes.Extends) -> None:
        self.use(node, "extends", sees_names=True)

    def visit_Include(self, node: nodes.Include) -> None:
        self.use(node, "include", sees_names=node.with_context)

    def visit_Import(self, node: nodes.Import) -> None:
        self.use(node, "import", sees_names=node.with_context)
        self.bind(node, [node.target])

    def visit_FromImport(self, node: nodes.FromImport) -> None:
        self.use(node, "import", sees_names=node.with_context)
        self.bind(node, [name if isinstance(name, str) else name[1] for name in node.names])

    def use(
        self,
        node: nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport,
        how: str,
        *,
        sees_names: bool,
    ) -> None:
        name = _constant(node.template)
        if name is None:
            message = "Which template is used must not depend on a value."
            self.mistake(node, message, "Name it in quotes.", code="template-part")
        elif not name.endswith(self.suffix):
            why = f"A {self.suffix} template can use only {self.suffix} templates."
            mend = f'Write "{name.partition(".")[0]}{self.suffix}", for example.'
            self.mistake(node, why, mend, name, "template-part")
        else:
            bound = frozenset().union(*self.scopes)
            self.found.uses.append(Use(name, node.lineno, how, sees_names, bound, self.blocks))

    # ---- what is not to be had

    def visit_Filter(self, node: nodes.Filter) -> None:
        if node.name not in FILTER_NAMES:
            fix = asked(meant(node.name, FILTER_NAMES, "filter"), USUAL_FILTERS)
            message = f'There is no filter called "{node.name}".'
            self.mistake(node, message, fix, node.name, "unknown-filter")
        self.generic_visit(node)

    def visit_Test(self, node: nodes.Test) -> None:
        if node.name not in _reader.tests:
            near = did_you_mean(node.name, _reader.tests)
            fix = f'Did you mean "{near}"?' if near else ""
            self.mistake(node, f'There is no test called "{node.name}".', fix, node.name, "unknown-filter")
        self.generic_visit(node)

    def visit_EvalContextModifier(self, node: nodes.EvalContextModifier) -> None:
        self.mistake(
            node, "Escaping cannot be switched here: HTML is always escaped.", "Remove it.", "autoescape"
        )

    visit_ScopedEvalContextModifier = visit_EvalContextModifier


def _constant(node: nodes.Node) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None


def _targets(node: nodes.Node) -> list[str]:
    """The names that an assignment's target binds; `{% set space.x = … %}` binds none."""
    found = [node] if isinstance(node, nodes.Name) else list(node.find_all(nodes.Name))
    return [name.name for name in found]
