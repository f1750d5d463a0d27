"""The demo shop: a year of visits and purchases, the same on every machine.

Every choice is drawn from a hash of what it is about (seed, contact, which visit), so one contact's year does
not depend on how many others there are, and nothing depends on the machine, its locale or its maths library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from autoflow.lab.draws import Draws
from autoflow.lab.shop.data import (
    ACCOUNT_MANAGERS,
    BUSINESS,
    CART,
    COMPANIES,
    DOORS,
    HABITS,
    HOURS,
    MACHINES,
    MAIL_HOSTS,
    PARCELS,
    PLACES,
    PRODUCTS,
    REFERRERS,
    SITE,
    STAFF_EVERY,
    WEEKDAYS,
    Habit,
    Page,
    Place,
    Product,
)
from autoflow.model.clock import MICROS
from autoflow.model.instants import from_wall, to_iso, to_wall

DAY = 86_400 * MICROS
_SIGN_UP_MARGIN = 8  # a visit may slip by a week towards a busier weekday, and starts a day late at most


def shop_messages(
    *, contacts: int = 3000, start: int, days: int = 365, seed: str = "demo"
) -> Iterator[dict[str, object]]:
    """Segment-spec messages (`identify`, `page`, `track`) of a shop's life, in time order.

    `start` is an instant in UTC microseconds; every message lies in `[start, start + days)`. A message has
    `type`, `messageId` (unique for a seed), `timestamp` (ISO, UTC, with Z, to the second), `userId` or
    `anonymousId`, and `traits` or `properties`. The same arguments give the same messages, and a contact's
    messages stay the same however many contacts there are.
    """
    lives = (_Life(Draws(seed, number), seed, number, start, days) for number in range(contacts))
    moments = [moment for life in lives for moment in life.moments()]
    moments.sort()  # no two share instant, contact and ordinal, so messages are never compared
    for at, number, ordinal, message in moments:
        yield {**message, "messageId": f"{seed}-{number:05d}-{ordinal:04d}", "timestamp": to_iso(at)}


Moment = tuple[int, int, int, dict[str, object]]  # instant, contact, ordinal within the contact, message


@dataclass(slots=True)
class _Life:
    """One contact's time with the shop, told from the sign-up on."""

    who: Draws
    seed: str
    number: int
    start: int
    days: int
    habit: Habit = field(init=False)
    place: Place = field(init=False)
    first_day: datetime = field(init=False)
    ids: dict[str, object] = field(init=False)
    told: list[Moment] = field(default_factory=list)
    visits: int = 0
    orders: int = 0
    has_machine: bool = False

    def moments(self) -> list[Moment]:
        """Everything that the contact does within the span."""
        self.habit, self.place = self.who.row(HABITS), self.who.row(PLACES)
        first = to_wall(self.start, self.place.timezone) + timedelta(days=1)
        self.first_day = first.replace(hour=0, minute=0, second=0, microsecond=0)
        anonymous: dict[str, object] = {"anonymousId": f"visitor-{self.who.below(1 << 48):012x}"}
        self.ids = anonymous
        day = self._sign_up_day()
        if self.who.chance(40):  # looked round before, unknown
            self._visit(day - self.who.between((8, 30)))
        at = self._visit(day)
        self.ids = {"userId": f"c{self.number:05d}"}
        self._tell(at, {"type": "identify", **anonymous, **self.ids, "traits": self._traits(at)})
        at_the_till = self.habit.buys and self.who.chance(45)  # many sign up while they order
        if at_the_till:
            self._order(at)
        self._rounds(day + 7, self.who.between(self.habit.rounds) - at_the_till)
        end = self.start + self.days * DAY
        return [moment for moment in self.told if self.start <= moment[0] < end]

    def _sign_up_day(self) -> int:
        """The shop was there before: the earlier days see more sign-ups than the later ones."""
        open_days = max(1, self.days - _SIGN_UP_MARGIN)
        day = self.who.below(open_days)
        return day if self.who.chance(50) else min(day, self.who.below(open_days))

    def _rounds(self, day: int, rounds: int) -> None:
        for _ in range(rounds):
            before, day = day, day + self._gap(day)
            if day >= self.days:
                return
            for _ in range(self.who.between(self.habit.idle_visits)):
                self._visit(self.who.between((before, day)))
            at = self._visit(day)
            if self.habit.buys:
                self._order(at)
        if self.who.chance(self.habit.returns_percent):
            self._rounds(day + self.who.between((80, 130)), self.who.between((1, 2)))

    def _gap(self, day: int) -> int:
        gap = self.who.between(self.habit.gap_days)
        today = self._wall(day)
        busy = (11, 15) <= (today.month, today.day) <= (12, 24)
        return gap * 2 // 3 if busy else gap

    def _visit(self, day: int) -> int:
        """A visit on the day or within the week after it; returns the instant at which it ends."""
        draws = Draws(self.seed, self.number, "visit", self.visits)
        self.visits += 1
        at = self._instant(day, draws)
        came_from = draws.row(REFERRERS).url
        pages: list[Page | Product] = [draws.row(DOORS)] if draws.chance(70) else []
        pages += [draws.row(PRODUCTS) for _ in range(draws.between((1, 2)))]
        if self.habit is BUSINESS and draws.chance(10):
            pages += MACHINES[:1]
        for page in pages:
            came_from = self._look_at(page, came_from, at)
            at += draws.between((12, 170)) * MICROS
        return at

    def _look_at(self, page: Page | Product, came_from: str, at: int) -> str:
        url = SITE + page.path
        properties = {"path": page.path, "title": page.title, "url": url, "referrer": came_from}
        self._tell(at, {"type": "page", **self.ids, "properties": properties})
        return url

    def _instant(self, day: int, draws: Draws) -> int:
        """An hour at which people of that place are up, on a weekday that they like."""
        first = self._wall(day)
        slip = draws.index([WEEKDAYS[(first.weekday() + later) % 7] for later in range(7)])
        hour, second = draws.index(HOURS), draws.below(3_600)
        return from_wall(first + timedelta(days=slip, hours=hour, seconds=second), self.place.timezone)

    def _wall(self, day: int) -> datetime:
        """Midnight of the day in the contact's place; day 0 is the first whole one."""
        return self.first_day + timedelta(days=day)

    def _order(self, at: int) -> None:
        draws = Draws(self.seed, self.number, "order", self.orders)
        self.orders += 1
        lines = self._parcel(draws)
        pence = sum(product.pence * units for product, units in lines)
        dearest = max(lines, key=lambda line: line[0].pence)[0]
        order_id = f"MK-{self.number:05d}-{self.orders:02d}"
        self._look_at(CART, SITE + dearest.path, at)
        at += draws.between((40, 300)) * MICROS
        items = sum(units for _, units in lines)
        self._track(
            at, "purchased", order_id=order_id, total=pence / 100, items=items, category=dearest.category
        )
        if draws.chance(4):
            back = pence if draws.chance(60) else dearest.pence
            later = at + draws.between((3 * 24 * 60, 18 * 24 * 60)) * 60 * MICROS
            self._track(later, "refunded", order_id=order_id, total=back / 100)
        if draws.below(200) < 3:
            self._track(at + draws.between((60, 9 * 24 * 60)) * 60 * MICROS, "unsubscribed")

    def _parcel(self, draws: Draws) -> list[tuple[Product, int]]:
        """What is ordered, and how many of it. Nobody needs a second machine."""
        if not self.has_machine and draws.chance(self.habit.machine_percent):
            self.has_machine = True
            return [(draws.row(MACHINES), 1)]
        return [
            (product, draws.between(self.habit.units) if product.category == "coffee" else 1)
            for product in (draws.row(PARCELS) for _ in range(draws.between(self.habit.lines)))
        ]

    def _track(self, at: int, event: str, **properties: object) -> None:
        self._tell(at, {"type": "track", "event": event, **self.ids, "properties": properties})

    def _tell(self, at: int, message: dict[str, object]) -> None:
        self.told.append((at, self.number, len(self.told), message))

    def _traits(self, at: int) -> dict[str, object]:
        draws = Draws(self.seed, self.number, "traits")
        first, first_handle = draws.pick(self.place.first_names)
        last, last_handle = draws.pick(self.place.last_names)
        host = "shop.example" if self.number % STAFF_EVERY == 0 else draws.pick(MAIL_HOSTS)
        traits: dict[str, object] = {
            "email": f"{first_handle}.{last_handle}.{self.number}@{host}",
            "country": self.place.country,
            "city": self.place.city,
            "timezone": self.place.timezone,
            "language": self.place.language,
            "account_type": "business" if self.habit is BUSINESS else "home",
            "created_at": to_iso(at),
        }
        if draws.chance(93):  # some leave only an address
            traits |= {"first_name": first, "last_name": last}
        if self.habit is BUSINESS:
            traits |= {"company": draws.pick(COMPANIES), "owner_email": draws.pick(ACCOUNT_MANAGERS)}
        return traits
