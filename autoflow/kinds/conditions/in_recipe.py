"""`in_recipe`: whether the contact is under way in a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import RECIPE, Condition, Lack, Topic
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True)
class InRecipe(Condition):
    """Holds while the contact is under way in the recipe."""

    word: ClassVar[str] = "in_recipe"
    example: ClassVar[str] = "{in_recipe: win-back}"

    in_recipe: Annotated[str, Name("recipe")]

    def topics(self) -> frozenset[Topic]:
        return frozenset({(RECIPE, self.in_recipe)})

    def holds(self, view: View) -> bool:
        return any(run.recipe == self.in_recipe for run in view.record.runs)

    def seen(self, view: View) -> Value:
        return self.holds(view)

    def seen_at(self, view: View) -> int | None:
        return min((run.entered_at for run in view.record.runs if run.recipe == self.in_recipe), default=None)

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        return Lack(f'would {"" if wanted else "not "}have to be under way in the recipe "{self.in_recipe}"')

    def says(self) -> str:
        return f'is under way in the recipe "{self.in_recipe}"'
