"""`create_task`: put something on a colleague's list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.hand import Hand
from autoflow.kinds.text import Text
from autoflow.model.durations import Duration
from autoflow.model.instants import to_wall
from autoflow.model.values import plain


@dataclass(frozen=True)
class CreateTask(Action):
    """Puts a task on the list that `autoflow tasks` shows, due so long from now; the day is the project's."""

    word: ClassVar[str] = "create_task"
    short: ClassVar[str] = "title"
    example: ClassVar[str] = (
        'create_task: {title: "Ring {{ contact.email }}", to: sam@shop.example, due: 2 days}'
    )

    title: Text
    to: Text = Text("")
    due: Duration | None = None
    note: Text = Text("")

    def target(self) -> str:
        return ""

    def tells(self) -> str:
        whose = f"{self.to.says()}" if self.to.source else "whoever looks at the tasks"
        due = f", due {self.due} later" if self.due is not None else ""
        return f"put a task on the list, for {whose}{due}: “{plain(self.title.source)}”"

    def brief(self) -> str:
        return f"task: {plain(self.title.source)}"

    def beside(self) -> tuple[str, ...]:
        return (f"Noted beside it: “{plain(self.note.source)}”",) if self.note.source else ()

    def do(self, hand: Hand) -> None:
        scope, view = hand.view.scope(), hand.view
        due = "" if self.due is None else _day(self.due.after(view.now, view.project_zone), view.project_zone)
        hand.create_task(self.title.text(scope), self.to.text(scope), due, self.note.text(scope))


def _day(instant: int, zone: str) -> str:
    return to_wall(instant, zone).date().isoformat()
