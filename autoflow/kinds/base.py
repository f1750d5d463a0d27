"""What a trigger, a condition and an action are.

A word of the language is one frozen dataclass in one file: its fields are annotated as `autoflow.kinds.fields`
tells, its docstring says what it does, `example` shows it, and its methods are its behaviour. Pure: no I/O, no
clock, no chance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from autoflow.kinds.hand import Go, Hand, Hold, Leave, Wait
from autoflow.kinds.memory import Memory
from autoflow.kinds.said import denied
from autoflow.kinds.view import View
from autoflow.kinds.where import Discriminant
from autoflow.model.contact import last_instant
from autoflow.model.durations import NOTHING, Duration
from autoflow.model.values import Value

Topic = tuple[str, str]
"""What a condition can be touched by: ("memory", key) where an event was counted there, ("attribute", "plan"),
("tag", "vip"), ("segment", "lapsed-buyers"), ("audience", "shoe-fans"). A trigger hears ("event", "purchased"),
("segment_entered", "lapsed-buyers") and so on."""

EVENT, MEMORY, RECIPE, STAGE, CONSENT = "event", "memory", "recipe", "stage", "consent"
ATTRIBUTE, TAG, SEGMENT, AUDIENCE = "attribute", "tag", "segment", "audience"
ZONE: Topic = (ATTRIBUTE, "timezone")
ANY_OWN_DOING = "*"


class Finding(NamedTuple):
    """A mistake that only the kind itself can see; `field` says where to point."""

    field: str
    code: str
    message: str
    fix: str = ""


class Kind:
    """Any word of the language. `short` names the field that a bare value fills (`wait: 2 hours`)."""

    word: ClassVar[str]
    example: ClassVar[str]
    short: ClassVar[str | None] = None

    def findings(self) -> Iterator[Finding]:
        """Mistakes beyond what each field's type already refuses."""
        yield from ()

    def beside(self) -> tuple[str, ...]:
        """What whoever reads it should know beside, in whole sentences about the contact as `he`."""
        return ()


class Lack(NamedTuple):
    """What would have to be otherwise for a condition to answer otherwise, in plain words.

    `share` is how much of a number is there already, between 0 and 1; None where it is no matter of a number. `never`:
    no more can change it, neither he nor time.
    """

    words: str
    share: float | None = None
    never: bool = False


class Condition(Kind):
    """Something that holds or does not, for one contact at one instant."""

    subject: ClassVar[str] = "he "
    """What `says` is said of; nothing where it names its own subject."""

    def topics(self) -> frozenset[Topic]:
        """Everything that can change the answer, time apart."""
        raise NotImplementedError

    def memories(self) -> tuple[Memory, ...]:
        """What must be remembered of events."""
        return ()

    def settled_after(self, memory: str) -> int | None:
        """How many counted events settle the answer for good, as far as that memory goes; None where none do."""
        return None

    def holds(self, view: View) -> bool:
        """Whether it holds."""
        return self.judge(view)[0]

    def judge(self, view: View) -> tuple[bool, int | None]:
        """Whether it holds, and the next instant at which time alone could change that.

        The instant is never later than the true one, and later than the view's; None where time changes nothing.
        """
        return self.holds(view), None

    def seen(self, view: View) -> Value:
        """The value that decided, for people."""
        raise NotImplementedError

    def seen_at(self, view: View) -> int | None:
        """When what it looks at was last seen: the last event that counts, the tag, the membership. None where the
        record does not know.
        """
        cells = (view.cell(memory.key) for memory in self.memories())
        found = (last_instant(cell) for cell in cells if cell is not None)
        return max((at for at in found if at is not None), default=None)

    def misses(self, view: View) -> bool:
        """Whether the value that it asks for is missing: then the positive test fails and its complement holds. Who
        counts misses nothing: there may be none.
        """
        return False

    def seen_whole(self, view: View) -> bool:
        """Whether a number that was seen is all there is, and not only as much as is remembered."""
        return True

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        """What would have to be otherwise for the answer to be `wanted`, where it is the other one now."""
        return Lack(f"would have to hold{'' if wanted else ' no more'}: {self.says()}")

    def since_start(self) -> Condition:
        """The same condition as goals and exits mean it (language.md, rule 9)."""
        return self

    def parts(self) -> tuple[Condition, ...]:
        """The conditions that this one groups."""
        return ()

    def says(self) -> str:
        """The condition in plain words, as traces and reports show it: of the contact, where no other subject stands
        in front (`subject`).
        """
        raise NotImplementedError

    def denied(self) -> str:
        """Its opposite, in the same way."""
        return denied(self.says())

    def lacking(self, *, holds: bool) -> str:
        """What makes somebody count for lack of a value, where it is asked to hold or not to: `has no country`."""
        return ""

    def clause(self, *, holds: bool = True) -> str:
        """The same, or with `holds` false its opposite, with a subject: `he has the tag "vip"`."""
        return f"{self.subject}{self.says() if holds else self.denied()}"


class Signal(NamedTuple):
    """Something that happened to a contact and that triggers and waits may listen for.

    `event` is what `event` means to a run that it starts, where it is no event itself; `own` is when the contact
    himself did what it tells of or comes from, 0 where he did not. `n` is the line of the journal that tells of it,
    0 where it came from outside.
    """

    topic: Topic
    properties: dict[str, Any]
    occurred_at: int
    event: dict[str, Any] | None = None
    own: int = 0
    n: int = 0

    @property
    def started_by(self) -> dict[str, Any] | None:
        """The properties of the event that a run started by this sees."""
        return self.properties if self.topic[0] == EVENT else self.event


class Trigger(Kind):
    """Starts a recipe."""

    default_reentry: ClassVar[str] = "always"

    def says(self) -> str:
        """When it fires, in plain words about the contact: `comes into the segment "vip"`."""
        raise NotImplementedError

    def rhythm(self) -> str:
        """How often the clock alone brings it for one contact, `every day`; nothing where he or others bring it."""
        return ""

    def hears(self) -> frozenset[Topic]:
        """The topics of the signals that could fire it."""
        raise NotImplementedError

    def accepts(self, signal: Signal, view: View) -> bool:
        """Whether a signal it hears fires it."""
        return True

    def discriminant(self) -> Discriminant | None:
        """The values of one property of which a signal must have one to be accepted; None where there is no such."""
        return None

    def memories(self) -> tuple[Memory, ...]:
        """What must be remembered of events."""
        return ()

    def topics(self) -> frozenset[Topic] | None:
        """What can move the instant at which time alone fires it; None where only signals fire it."""
        return None

    def fires_at(self, view: View, after: int) -> int | None:
        """The first instant later than `after` at which time alone fires it, as things stand."""
        return None

    def begins_anew(self, touched: Collection[Topic]) -> bool:
        """Whether what was touched makes it another matter, known too late for a moment at this very instant."""
        return False

    def mark(self, view: View) -> Value:
        """What must be remembered of its having fired now, so that it does not again; None where nothing must."""
        return None

    def family(self) -> str:
        """How the names of its timer begin in whatever way it is edited, where it fires once for something: what it has
        fired for is not told again after the edit.
        """
        return ""

    def surely(self) -> Condition | None:
        """What holds for everybody whom it starts, at that moment; None where nothing is known."""
        return None

    def standing(self) -> Condition | None:
        """The condition in which whoever it lets in stands from then on, so that those who stand so already can be let
        in on purpose; None where it tells of a moment alone.
        """
        return None

    def watched(self) -> Condition | None:
        """A condition that fires it whenever it becomes true; what it hears is that very moment."""
        return None


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a recipe under its id, which is unique in the recipe and holds no slash.

    In a recipe that was read whole, `next` is the position of the step that follows and `branches` are the
    positions at which its branches begin.
    """

    id: str
    action: Action
    next: int = 0
    branches: tuple[int, ...] = ()


class Way(NamedTuple):
    """A way on from a step, for people: when it is walked (`otherwise`), and which of the step's branches it is.

    With a `condition` it is walked where that holds, and `says` is the word before it. Without a branch, or with an
    empty one, it leads to what stands behind the step; with `goes`, which says so, along a branch that is another
    way's. `silent`: nothing is sent from there on.
    """

    says: str
    branch: int | None = None
    condition: Condition | None = None
    goes: str = ""
    silent: bool = False


class Action(Kind):
    """One step of a recipe. `ends` says that nobody goes on behind it."""

    ends: ClassVar[bool] = False

    def tells(self) -> str:
        """What it does, as an instruction: `send the mail "welcome"`. Nothing where its fields, read one after the
        other, say it well enough.
        """
        return ""

    def brief(self) -> str:
        """The same in a few words, for a drawing; nothing where it is no shorter."""
        return ""

    def ways(self) -> tuple[Way, ...]:
        """The ways on from it; nothing where there is one alone, which needs no word."""
        return tuple(Way("", number) for number, steps in enumerate(self.nested()) if steps)

    def lasts(self) -> tuple[Duration, Duration] | None:
        """How long it takes at least and at most, where no mail is held; None where that depends on the contact."""
        return NOTHING, NOTHING

    def target(self) -> str:
        """What its default id names beside the word, `product-x200-intro` of `send_email:product-x200-intro`."""
        return ""

    def mails(self) -> str:
        """The template that it mails; nothing where it mails none."""
        return ""

    def nested(self) -> tuple[tuple[Step, ...], ...]:
        """The steps of each of its branches."""
        return ()

    def conditions(self) -> tuple[Condition, ...]:
        """Every condition that it asks."""
        return ()

    def memories(self) -> tuple[Memory, ...]:
        """What must be remembered of events, beside what its conditions remember."""
        return ()

    def do(self, hand: Hand) -> Wait | Hold | Leave | Go | None:
        """Carry the step out; None goes on to the next one."""
        raise NotImplementedError

    def listens(self) -> str | None:
        """The event that a run on this step waits for."""
        return None

    def hears(self, signal: Signal, view: View) -> bool:
        """Whether the event is the one that it waits for."""
        return False

    def awaited(self) -> Condition | None:
        """The condition that a run on this step waits for."""
        return None

    def waited(self, *, heard: bool) -> Go | None:
        """How to go on after a wait: what it waited for has come, or its time is over."""
        return None
