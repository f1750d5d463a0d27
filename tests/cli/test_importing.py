from __future__ import annotations

import json

from tests.cli.shop import Shop, ana, message

MAPPING = "csv:\n  event: purchased\n  user_id: Who\n  timestamp: When\n  properties: {total: Total}\n"


def ndjson(shop: Shop) -> str:
    lines = [json.dumps(each) for each in ana()]
    return str(shop.write("a.ndjson", "\n".join([*lines, "{}", "nonsense"])))


def test_the_outcome_for_people(shop: Shop) -> None:
    file = ndjson(shop)
    assert shop.run("import", file).stdout == (
        "3 messages from a.ndjson taken in.\n"
        "They are history: they count, and nobody enters a recipe because of them.\n"
        "2 rows refused:\n"
        '  line 4: "type" is missing: one of identify, track, page, screen, alias, group.\n'
        "  line 5: The line is not JSON.\n"
        "Mend them and import the file again: it adds what is missing, and nothing twice.\n"
    )
    assert shop.run("import", file).stdout.startswith(
        "0 messages from a.ndjson taken in; 3 had come before.\n2 rows"
    )


def test_the_outcome_for_programs(shop: Shop) -> None:
    assert shop.json("import", ndjson(shop)) == {
        "accepted": 3,
        "duplicates": 0,
        "refused": [
            {"line": 4, "reason": '"type" is missing: one of identify, track, page, screen, alias, group.'},
            {"line": 5, "reason": "The line is not JSON."},
        ],
        "left_out": 0,
    }


def test_values_of_other_types_are_refused_and_the_first_of_many_are_told(shop: Shop) -> None:
    rows = [
        message("ana", "purchased", f"2026-03-01T10:00:{second:02}Z", total="abc") for second in range(30)
    ]
    file = shop.write("a.ndjson", "".join(json.dumps(row) + "\n" for row in [*ana(), *rows]))
    told = shop.run("import", file).stdout.splitlines()
    reason = '"total": "abc" is not an amount of money, as which autoflow.yaml declares it.'
    assert told[:4] == [
        "3 messages from a.ndjson taken in.",
        "They are history: they count, and nobody enters a recipe because of them.",
        "30 rows refused:",
        f"  line 4: {reason}",
    ]
    assert told[22:] == [
        f"  line 23: {reason}",
        "  and 10 more, which --json lists.",
        "Mend them and import the file again: it adds what is missing, and nothing twice.",
    ]
    assert len(shop.json("import", file)["refused"]) == 30


def test_a_file_of_which_nothing_could_be_taken_is_a_mistake(shop: Shop) -> None:
    shop.run("import", shop.write("a.txt", "hello\n"), status=1)


def test_a_table(shop: Shop) -> None:
    table = shop.write("orders.csv", "Who;When;Total\nana;2026-03-01 10:00;24.50\n;2026-03-01 10:00;1\n")
    mapping = shop.write("orders.map.yaml", MAPPING)
    outcome = shop.json("import", table, "--mapping", mapping)
    assert outcome["accepted"] == 1
    assert outcome["refused"] == [{"line": 3, "reason": 'It belongs to nobody: "Who" is empty.'}]
    story = shop.json("contact", "show", "ana")
    assert story["timeline"][0]["detail"] == {"total": 24.5}


def test_a_mapping_that_does_not_fit(shop: Shop) -> None:
    table = shop.write("orders.csv", "Whom,When,Total\n")
    mapping = shop.write("orders.map.yaml", MAPPING)
    told = shop.run("import", table, "--mapping", mapping, status=1)
    assert told.stdout == ""
    assert 'orders.csv has no column called "Who".' in told.stderr
    problems = shop.json("import", table, "--mapping", mapping, status=1)["problems"]
    assert [(each["line"], each["column"], each["fix"]) for each in problems] == [
        (3, 12, 'Did you mean "Whom"?')
    ]


def test_a_table_without_a_mapping(shop: Shop) -> None:
    result = shop.run("import", shop.write("orders.csv", "Who,When\n"), status=1)
    assert result.stderr.endswith("nothing says what its columns are.\n  Add --mapping FILE.\n")


def test_only_with_enter_it_may_start_recipes(shop: Shop) -> None:
    shop.write("recipes/hello.yaml", "recipe: hello\ntrigger: {event: seen}\nactions: [add_tag: seen]\n")
    shop.replace("autoflow.yaml", "events: ", "events:\n  seen: {}\n#")
    shop.run("run", "--until-idle")
    line = {"type": "track", "event": "seen", "timestamp": "2026-03-10T11:00:00Z"}
    silent = shop.write("a.ndjson", json.dumps({**line, "userId": "ana"}))
    live = shop.write("b.ndjson", json.dumps({**line, "userId": "ben"}))
    old = shop.write("c.ndjson", json.dumps({**line, "userId": "cleo", "timestamp": "2026-03-09T11:00:00Z"}))
    shop.run("import", silent)
    for file in (live, old):
        shop.run("import", file, "--enter")
    shop.run("run", "--until-idle")
    assert [shop.json("contact", "show", who)["tags"] for who in ("ana", "ben", "cleo")] == [[], ["seen"], []]
