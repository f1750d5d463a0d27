"""What the files of a workspace mean, once read: recipes, segments and the workspace itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from autoflow.kinds.base import Condition, Step, Trigger
from autoflow.kinds.limits import LimitOn
from autoflow.language.owners import NOBODY, Owners
from autoflow.model.clock_times import ClockWindow
from autoflow.model.durations import Duration

if TYPE_CHECKING:
    from autoflow.language.settings.settings import Settings
    from autoflow.language.templates.templates import Template
    from autoflow.model.problems import Problem

Status = Literal["draft", "live", "paused", "draining"]


__all__ = ["Recipe", "RecipeSending", "Segment", "Status", "Step", "Workspace"]


@dataclass(frozen=True, slots=True)
class RecipeSending:
    """What a recipe asks of the gate (language.md, rule 10); the project's own rules hold beside it."""

    quiet_hours: ClockWindow | None = None
    if_quiet: Literal["wait", "skip"] = "wait"
    at_most: LimitOn | None = None
    if_over: Literal["wait", "skip"] = "wait"
    hold_up_to: Duration = Duration(0, 3, 0)


@dataclass(frozen=True)
class Recipe:
    """A recipe. `conditions` and `keep_while` are None where nothing is asked; `hash` is that of its meaning,
    so that comments and layout make no new version. `version` is given by whoever applies it.

    `steps` hold those of its branches too, in the order in which they are written: where each goes on, it says
    itself. `trigger_ids` name its triggers, one each.
    """

    id: str
    triggers: tuple[Trigger, ...]
    steps: tuple[Step, ...]
    conditions: Condition | None = None
    keep_while: Condition | None = None
    goal: Condition | None = None
    exit: Condition | None = None
    description: str = ""
    owner: str = ""
    status: Status = "live"
    priority: int = 0
    per: str | None = None
    """The property of the starting event that parts the runs, `product` for `per: event.product`."""
    reentry: Duration | Literal["never", "always"] = "always"
    while_running: Literal["ignore", "restart", "parallel"] = "ignore"
    sending: RecipeSending = RecipeSending()
    trigger_ids: tuple[str, ...] = ()
    hash: str = ""
    version: int = 1


@dataclass(frozen=True)
class Segment:
    """A segment; `hash` is that of its meaning (its conditions)."""

    id: str
    conditions: Condition
    description: str = ""
    owner: str = ""
    color: str = ""
    kind: str = ""
    hash: str = ""


@dataclass(frozen=True)
class Workspace:
    """All that a folder says. Where `problems` holds an error, the parts that could be read are still here.

    `sources` maps each file's path, relative and with forward slashes, to its text.
    """

    settings: Settings
    recipes: Mapping[str, Recipe]
    segments: Mapping[str, Segment]
    templates: Mapping[str, Template]
    sources: Mapping[str, str]
    problems: tuple[Problem, ...] = field(default=())
    owners: Owners = NOBODY

    @property
    def sound(self) -> bool:
        """Whether it can run: no problem is an error."""
        return all(problem.severity != "error" for problem in self.problems)
