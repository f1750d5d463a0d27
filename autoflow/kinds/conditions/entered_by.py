"""`entered_by`: which trigger started the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Lack, Topic
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True)
class EnteredBy(Condition):
    """Holds where the trigger of that id started the run; a trigger without an `id` goes by its word."""

    word: ClassVar[str] = "entered_by"
    example: ClassVar[str] = "{entered_by: event}"
    of_run: ClassVar[bool] = True
    subject: ClassVar[str] = "the run "

    entered_by: Annotated[str, Name("trigger")]

    def topics(self) -> frozenset[Topic]:
        return frozenset()

    def holds(self, view: View) -> bool:
        return view.trigger == self.entered_by

    def seen(self, view: View) -> Value:
        return view.trigger or None

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        return Lack(f'{"" if wanted else "another trigger than "}"{self.entered_by}" would have to start it')

    def says(self) -> str:
        return f'was started by "{self.entered_by}"'
