"""`entered`: whether the contact has entered a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.counts import Counted
from autoflow.kinds.fields import Name
from autoflow.kinds.operators import Test
from autoflow.kinds.where import Where
from autoflow.model.inside import RECIPE_ENTERED


@dataclass(frozen=True, kw_only=True)
class Entered(Counted):
    """Holds where the contact has entered the recipe: at least once, or as often as `at_least` asks."""

    word: ClassVar[str] = "entered"
    example: ClassVar[str] = "{entered: win-back, within_last: 180 days}"
    event: ClassVar[str] = RECIPE_ENTERED

    entered: Annotated[str, Name("recipe")]

    @property
    def narrowed(self) -> Where:
        return Where((("recipe", Test("is", self.entered, "text")),))

    def wanting(self) -> str:
        return f'the recipe "{self.entered}" would have to be entered'

    def thing(self) -> str:
        return f'has entered the recipe "{self.entered}"'
