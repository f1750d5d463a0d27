"""`enter_recipe`: let the contact into another recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name
from autoflow.kinds.hand import Hand


@dataclass(frozen=True)
class EnterRecipe(Action):
    """Lets the contact enter another recipe with the event that started this one, if its conditions let him."""

    word: ClassVar[str] = "enter_recipe"
    short: ClassVar[str] = "recipe"
    example: ClassVar[str] = "enter_recipe: win-back"

    recipe: Annotated[str, Name("recipe")]

    def target(self) -> str:
        return self.recipe

    def tells(self) -> str:
        return f'let the contact enter the recipe "{self.recipe}"'

    def beside(self) -> tuple[str, ...]:
        return ("Whether he gets in is for its conditions and its `reentry` to say.",)

    def do(self, hand: Hand) -> None:
        hand.enter_recipe(self.recipe)
