from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.shop import DAY, Shop, ana


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_what_is_told(shop: Shop) -> None:
    program = f"autoflow -C {shop.folder}"
    assert shop.run("add", "abandoned-cart").stdout.splitlines() == [
        "abandoned-cart is in the workspace now, as a draft that nobody enters yet:",
        (
            "  autoflow.yaml                  "
            "declares now: the events cart_updated, cart_emptied; cart_id of purchased"
        ),
        "  templates/_starter.html",
        "  templates/cart-last-call.html",
        "  templates/cart-reminder.html",
        "  recipes/abandoned-cart.yaml",
        "  tests/abandoned-cart.yaml",
        "Make it yours, here:",
        (
            "  templates/_starter.html:60        "
            "the address of your shop, and if you like your logo in the place of its name"
        ),
        "  templates/cart-last-call.html:12  where a cart is opened again",
        "  templates/cart-reminder.html:16   where a cart is opened again",
        "What to do next:",
        f"  {program} explain abandoned-cart          reads it back in plain English",
        f"  {program} check                           looks for mistakes",
        f"  {program} test tests/abandoned-cart.yaml  runs its tests",
        f"  {program} simulate abandoned-cart         shows what it would have done",
        (
            "Then take the line `status: draft` out of recipes/abandoned-cart.yaml: "
            f"`{program} plan` tells whom that moves, and `{program} apply` puts it in force."
        ),
    ]


def test_check_and_test_are_content(shop: Shop) -> None:
    shop.run("add", "abandoned-cart")
    assert shop.run("check", "--strict").stdout == "No mistakes: 2 recipes, 1 segment, 3 templates.\n"
    assert shop.run("test").stdout.endswith("Every step and branch was walked\n10 passed\n")


def test_nobody_is_mailed_by_the_next_apply_until_somebody_says_so(
    shop: Shop, bring: Callable[..., Path]
) -> None:
    bring(*ana())
    shop.run("add", "abandoned-cart")
    shop.run("apply")
    a_cart_is_left(shop, "first")
    assert sent(shop) == []
    shop.replace("recipes/abandoned-cart.yaml", "status: draft\n", "")
    shop.run("apply")
    a_cart_is_left(shop, "second")
    assert sent(shop) == ["cart-reminder", "cart-last-call"]


def sent(shop: Shop) -> list[str]:
    return [each["name"] for each in shop.json("outbox", "--state", "sent")["messages"]]


def a_cart_is_left(shop: Shop, cart: str) -> None:
    shop.run("track", "ana", "cart_updated", f"cart_id={cart}", "items=2", "total=24")
    for _ in range(8):
        shop.clock.jump(shop.clock.now() + DAY // 4)
        shop.run("run", "--until-idle")


def test_added_again_nothing_is_copied(shop: Shop) -> None:
    shop.run("add", "vip-care")
    before = files(shop.folder)
    assert shop.run("add", "vip-care").stdout == "vip-care is in the workspace already: nothing to copy.\n"
    assert files(shop.folder) == before


def test_what_is_in_the_way_is_said_and_two_ways_out_lead_on(shop: Shop) -> None:
    shop.run("add", "abandoned-cart")
    shop.replace("recipes/abandoned-cart.yaml", "wait: 3 hours", "wait: 5 hours")
    before = files(shop.folder)
    said = shop.run("add", "abandoned-cart", status=1)
    assert said.stdout == ""
    assert said.stderr == (
        "recipes/abandoned-cart.yaml stands in the workspace already and reads otherwise, by your own hand or because "
        "somebody has changed what was copied before. Nothing was copied.\n"
        "  Copy it under another name with --as, for example --as my-abandoned-cart, "
        "or overwrite what stands there with --force.\n"
    )
    assert files(shop.folder) == before
    shop.run("add", "abandoned-cart", "--as", "my-abandoned-cart")
    assert b"wait: 5 hours" in files(shop.folder)["recipes/abandoned-cart.yaml"]
    assert shop.run("check", "--strict").stdout == "No mistakes: 3 recipes, 1 segment, 5 templates.\n"
    told = shop.run("add", "abandoned-cart", "--force").stdout
    assert "  recipes/abandoned-cart.yaml  is overwritten\n" in told
    assert b"wait: 3 hours" in files(shop.folder)["recipes/abandoned-cart.yaml"]


def test_shared_files_are_told_to_be_left(shop: Shop) -> None:
    shop.run("add", "abandoned-cart")
    shop.replace("templates/_starter.html", "#14606b", "#a00000")
    assert shop.run("add", "price-drop").stdout.startswith(
        "templates/_starter.html stands already and reads otherwise: it is left as it is.\n"
        "price-drop is in the workspace now, as a draft that nobody enters yet:\n"
    )


def test_lines_to_be_put_in_by_hand(shop: Shop) -> None:
    text = (shop.folder / "autoflow.yaml").read_text(encoding="utf-8")
    shop.write("autoflow.yaml", text + "...\n")
    before = files(shop.folder)
    assert shop.run("add", "birthday-present", status=1).stderr == (
        "autoflow.yaml is written so that nothing can be put in safely. Nothing was copied.\n"
        "  Put in these lines yourself, and run this again:\n"
        "\n"
        "attributes:\n"
        "  birthday: date\n"
    )
    assert files(shop.folder) == before
    shop.write("autoflow.yaml", text + "attributes:\n  birthday: date\n...\n")
    shop.run("add", "birthday-present")
    assert shop.run("check", "--strict").stdout == "No mistakes: 2 recipes, 1 segment, 2 templates.\n"


def test_what_stays_otherwise_is_told(shop: Shop) -> None:
    text = (shop.folder / "autoflow.yaml").read_text(encoding="utf-8")
    shop.write("autoflow.yaml", text + "attributes:\n  birthday: date_time\n")
    assert (
        "the attribute birthday is date_time, and this recipe takes it for date."
        in shop.run("add", "birthday-present", status=1).stderr
    )
    told = shop.run("add", "birthday-present", "--force").stdout
    assert "autoflow.yaml says something else of the attribute birthday: it is left as it is.\n" in told


def test_no_workspace_and_no_such_starter(shop: Shop) -> None:
    assert 'Did you mean "welcome-series"?' in shop.run("add", "welcome-serie", status=1).stderr
    assert "cannot be the name of a recipe" in shop.run("add", "vip-care", "--as", "VIP", status=1).stderr
    (shop.folder / "autoflow.yaml").unlink()
    assert "There is no autoflow.yaml" in shop.run("add", "vip-care", status=1).stderr
