"""`in_audience`: whether the contact is in an ad audience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import AUDIENCE, Condition, Lack, Topic
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True)
class InAudience(Condition):
    """Holds while the contact is in the audience."""

    word: ClassVar[str] = "in_audience"
    example: ClassVar[str] = "{in_audience: x200-visitors}"

    in_audience: Annotated[str, Name("audience")]

    def topics(self) -> frozenset[Topic]:
        return frozenset({(AUDIENCE, self.in_audience)})

    def holds(self, view: View) -> bool:
        return self.in_audience in view.record.audiences

    def seen(self, view: View) -> Value:
        return self.holds(view)

    def seen_at(self, view: View) -> int | None:
        return view.record.audiences.get(self.in_audience)

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        return Lack(f'would have to be {"in" if wanted else "out of"} the audience "{self.in_audience}"')

    def says(self) -> str:
        return f'is in the audience "{self.in_audience}"'
