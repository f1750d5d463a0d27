"""What is told of a contact whom the engine has not met yet."""

from __future__ import annotations

import json

from tests.cli.shop import Shop, message

NOTE = "The engine has not read anything about ana yet: `autoflow run --until-idle` does.\n"


def test_an_empty_contact_is_explained(shop: Shop) -> None:
    bought = message("ana", "purchased", "2026-03-01T10:00:00Z", total=3)
    shop.run("import", shop.write("bought.ndjson", json.dumps(bought) + "\n"))
    assert shop.run("contact", "show", "ana").stderr == NOTE
    assert shop.run("preview", "win-back", "--contact", "ana").stderr.startswith(NOTE)
    shop.run("run", "--until-idle")
    assert shop.run("contact", "show", "ana").stderr == ""
    assert "has not read" not in shop.run("preview", "win-back", "--contact", "ana").stderr
