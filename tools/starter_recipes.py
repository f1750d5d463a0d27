"""Writes the starter recipes into docs/automations.md, between the two marks there.

    python tools/starter_recipes.py            writes the page
    python tools/starter_recipes.py --check    exit status 1 where the page is out of date

Whatever stands outside the marks is written by hand; what stands between them is autoflow/starters/library.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from autoflow.language.modelines import without_modeline
from autoflow.starters.catalogue import Starter, starter, starters

PAGE = Path(__file__).parents[1] / "docs" / "automations.md"
BEGIN = "<!-- starters: made by tools/starter_recipes.py from autoflow/starters/library, not by hand -->"
END = "<!-- end of starters -->"
# As a shop meets them: newcomers, carts, customers, the best ones, those who fall silent, and selling to businesses.
ORDER = (
    *("welcome-series", "abandoned-cart", "browse-abandonment", "price-drop", "review-request"),
    *("struggling-buyers", "replenishment", "birthday-present", "loyalty-levels", "vip-audience", "vip-care"),
    *("win-back-test", "re-permission", "lead-handover", "sales-sequence", "webinar-reminders"),
)


def page(text: str) -> str:
    """The page with its starters made anew."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{PAGE.name} lacks the marks between which the starters stand.")
    if set(ORDER) != set(starters()):
        raise SystemExit(f"The order of the starters lacks {', '.join(set(ORDER) ^ set(starters()))}.")
    told = "\n".join(line for name in ORDER for line in _told(starter(name)))
    return f"{before}{begin}\n\n{told}\n{end}{after}"


def _told(shown: Starter) -> Iterator[str]:
    yield f"## {shown.title}"
    yield ""
    yield f"`autoflow add {shown.name}`"
    yield ""
    yield shown.about
    yield ""
    yield from _block("autoflow.yaml", shown.declares)
    for folder in ("segments/", "recipes/"):
        for path, text in shown.files.items():
            if path.startswith(folder):
                yield from _block(path, without_modeline(text))


def _block(path: str, text: str) -> Iterator[str]:
    yield f"```yaml {path}"
    yield text.rstrip("\n")
    yield "```"
    yield ""


def main() -> None:
    """Write the page, or with --check say whether it is up to date."""
    text = PAGE.read_text(encoding="utf-8")
    made = page(text)
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if made == text else "docs/automations.md is out of date: python tools/starter_recipes.py")
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
