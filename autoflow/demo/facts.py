"""What is worth knowing about the shop's year: counted from what happened, and from its simulation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from autoflow.demo.outcome import Outcome
from autoflow.store import reports

_MACHINE_PAGES = "/products/x200"


def facts(found: Outcome) -> Iterator[str]:
    """A few sentences that somebody in marketing might not have guessed."""
    yield from _vips(found)
    second = next(outcome for outcome in found.simulated.recipes if outcome.recipe == "second-order")
    over = second.entered - second.running
    if over:
        yield (
            f"Of {over:,} first-time buyers, {100 * second.ended['goal'] / over:.0f} % had ordered again six weeks"
            " later, and the people of this shop read no mail. A recipe that reports such a rate as its success"
            " has earned nothing yet: compare with it."
        )
    sold, unseen = machines(found)
    if sold:
        yield (
            f"{sold:,} machines were sold, {unseen:,} of them to people who had never opened the page of the X200:"
            " no ad that waits for that visit reaches them."
        )


def machines(found: Outcome) -> tuple[int, int]:
    """How many machines were sold, and to how many who had not looked at the page that x200-interest goes by."""
    looked: set[str] = set()
    sold = unseen = 0
    for each in found.year:
        who = str(each.get("userId") or each["anonymousId"])
        if each["type"] == "identify" and str(each["anonymousId"]) in looked:
            looked.add(who)  # a visitor brings his history along
        properties = each.get("properties")
        if not isinstance(properties, dict):
            continue
        if each["type"] == "page" and str(properties["path"]).startswith(_MACHINE_PAGES):
            looked.add(who)
        elif each.get("event") == "purchased" and properties["category"] == "machines":
            sold += 1
            unseen += who not in looked
    return sold, unseen


def _vips(found: Outcome) -> Iterator[str]:
    spent: Counter[str] = Counter()
    for each in found.tracked("purchased"):
        properties = each["properties"]
        assert isinstance(properties, dict)
        spent[str(each["userId"])] += round(properties["total"] * 100)
    vips = reports.members(found.database, "vip")
    if spent and vips:
        share = 100 * sum(spent[name] for name in vips) / spent.total()
        yield (
            f"{len(vips):,} VIPs are {100 * len(vips) / len(spent):.0f} % of the {len(spent):,} people who bought"
            f" in the year, and {share:.0f} % of what it brought in."
        )
