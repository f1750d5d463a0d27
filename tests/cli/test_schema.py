"""Schemas for editors: they accept whatever is valid, and refuse what a schema can see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator

from autoflow.app.schemas import made
from autoflow.cli.group import cli
from autoflow.cli.state import State
from autoflow.ingest.mapping import MappingUnsoundError, read_mapping
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.recipe import RECIPE_KEYS
from autoflow.language.segment import SEGMENT_KEYS
from autoflow.language.settings.reader import SETTINGS_KEYS
from autoflow.language.source import Report, Source
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.language.yaml.nodes import plain_data, read_yaml
from autoflow.starters.catalogue import starters
from tests.cli.shop import Shop
from tests.language.small import SOURCES
from tests.language.test_mistakes import _cases
from tests.starters.workspaces import fresh, with_starters

ROOT = Path(__file__).parents[2]
WORKSPACES = (
    ROOT,
    ROOT / "autoflow/starter",
    *sorted(path.parent for path in (ROOT / "tests/scenarios").rglob(SETTINGS_FILE)),
)
# What a schema cannot see: it looks at one word at a time, and knows neither what is meant nor other files.
UNSEEN = {
    '"choose" needs an "if".',
    '"wait" needs a value.',
    '"wait_for" waits either for an event or for conditions.',
    "Nothing says when this schedule fires.",
}
# Codes of mistakes in the shape of a file; those above are the only ones that may pass.
SHAPE = {"unknown-key", "unknown-word", "missing-key", "list-empty"}


def sort(path: str) -> str:
    """Which schema a file goes by."""
    return (
        "settings"
        if path == SETTINGS_FILE
        else path.partition("/")[0].removesuffix("s").replace("test", "tests")
    )


def refusals(schema: dict[str, Any], path: str, text: str) -> list[str]:
    """What a schema has against a file."""
    root = read_yaml(Report(Source(path, text)))
    assert root is not None
    found = Draft7Validator(schema).iter_errors(plain_data(root))
    return [f"{path}: {'.'.join(map(str, each.absolute_path))}: {each.message}" for each in found]


def files(folder: Path) -> Iterator[tuple[str, str]]:
    """The YAML files of a workspace, tests included."""
    sources = load_sources(folder)
    yield from ((path, text) for path, text in sources.items() if path.endswith(".yaml"))
    tests = folder / ("tests/recipes" if folder == ROOT else "tests")
    for path in sorted(tests.rglob("*.yaml")):
        yield f"tests/{path.name}", path.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", WORKSPACES, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_every_valid_file_is_accepted(folder: Path) -> None:
    schemas = made(read_workspace(load_sources(folder), {}))
    for schema in schemas.values():
        Draft7Validator.check_schema(schema)
        assert list(lists_of_nothing(schema)) == []  # yaml-language-server refuses those
    assert [each for path, text in files(folder) for each in refusals(schemas[sort(path)], path, text)] == []


def test_every_starter_recipe_is_accepted() -> None:
    sources = with_starters(fresh(), starters().values())
    schemas = made(read_workspace(sources, {}))
    written = [(path, text) for path, text in sources.items() if path.endswith(".yaml")]
    assert len(written) > 40
    assert [each for path, text in written for each in refusals(schemas[sort(path)], path, text)] == []


def lists_of_nothing(schema: Any) -> Iterator[Any]:
    if isinstance(schema, dict):
        if schema.get("enum") == []:
            yield schema
        for each in schema.values():
            yield from lists_of_nothing(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from lists_of_nothing(each)


@cache
def mistakes() -> list[tuple[str, set[str], list[str], bool]]:
    """Each file of the language's mistakes: its text, codes, first sentences, and whether its schema refuses it."""
    found: list[tuple[str, set[str], list[str], bool]] = []
    for case in _cases():
        file, text, _ = getattr(case, "values")  # noqa: B009 - of pytest's own type, which has no name
        if not file.endswith(".yaml") or file == "any.yaml":
            continue
        sources = {file: text} if file == SETTINGS_FILE else {**SOURCES, file: text}
        workspace = read_workspace(sources, {"KNOWN": "postgresql://user@host/shop"})
        own = [each for each in workspace.problems if each.file == file]
        broken = [each for each in own if each.severity == "error"]
        if read_yaml(Report(Source(file, text))) is None:
            continue
        refused = refusals(made(workspace)[sort(file)], file, text) != []
        found.append((text, {each.code for each in broken}, [each.message for each in broken], refused))
    return found


def test_what_is_only_unwise_is_accepted() -> None:
    assert [text for text, codes, _, refused in mistakes() if not codes and refused] == []


def test_every_mistake_in_the_shape_of_a_file_is_refused() -> None:
    shape = [each for each in mistakes() if each[1] and each[1] <= SHAPE]
    assert len(shape) > 30
    assert {said for _, _, messages, refused in shape if not refused for said in messages} == UNSEEN


def test_most_mistakes_are_refused() -> None:
    broken = [refused for _, codes, _, refused in mistakes() if codes]
    assert sum(broken) / len(broken) > 0.6


def test_every_key_has_a_description(shop: Shop) -> None:
    shop.run("schema")
    for name, keys in (("recipe", RECIPE_KEYS), ("segment", SEGMENT_KEYS), ("settings", SETTINGS_KEYS)):
        schema = json.loads((shop.folder / f".autoflow/{name}.schema.json").read_text(encoding="utf-8"))
        assert {key for key, each in schema["properties"].items() if each["description"]} == set(keys)


def test_the_project_s_own_names_stand_in_them(shop: Shop) -> None:
    def names() -> list[str]:
        schema = json.loads(shop.run("schema", "--print", "recipe").stdout)
        found: list[str] = schema["definitions"]["condition.in_segment"]["properties"]["in_segment"]["enum"]
        return found

    assert names() == ["lapsed-buyers"]
    shop.write("segments/regulars.yaml", "conditions: [{did: purchased}]\n")
    assert names() == ["lapsed-buyers", "regulars"]


def test_it_says_what_it_wrote(shop: Shop) -> None:
    assert shop.run("schema").stdout == (
        ".autoflow/recipe.schema.json    for recipes/*.yaml\n"
        ".autoflow/segment.schema.json   for segments/*.yaml\n"
        ".autoflow/tests.schema.json     for tests/**/*.yaml\n"
        ".autoflow/settings.schema.json  for autoflow.yaml\n"
        ".autoflow/owners.schema.json    for owners.yaml\n"
        ".autoflow/mapping.schema.json   for *.map.yaml\n"
    )


def test_what_cannot_be_known_is_not_missed(shop: Shop) -> None:
    shop.replace(SETTINGS_FILE, "purchased:", "purchased: text\n  refunded:")
    result = shop.run("schema")
    assert result.stderr == (
        "autoflow.yaml has mistakes, so what it declares is not offered: autoflow check tells them.\n"
    )
    schema = json.loads((shop.folder / ".autoflow/recipe.schema.json").read_text(encoding="utf-8"))
    recipe = "trigger: {event: anything}\nactions: [{set_attribute: {some: thing}}]\n"
    assert refusals(schema, "recipes/r.yaml", recipe) == []


def test_names_used_in_files_are_offered_and_others_let_pass(shop: Shop) -> None:
    shop.write("recipes/r.yaml", "trigger: {tag_added: vip}\nactions: [{add_tag: regular}]\n")
    schema = json.loads(shop.run("schema", "--print", "recipe").stdout)
    assert schema["definitions"]["condition.has_tag"]["properties"]["has_tag"]["anyOf"] == [
        {"enum": ["regular", "vip"]},
        {},
    ]
    assert refusals(schema, "recipes/r.yaml", "trigger: {tag_added: other}\nactions: [exit]\n") == []


def offered(shop: Shop) -> list[str]:
    """The segments that an editor offers."""
    schema = json.loads((shop.folder / ".autoflow/recipe.schema.json").read_text(encoding="utf-8"))
    found: list[str] = schema["definitions"]["condition.in_segment"]["properties"]["in_segment"]["enum"]
    return found


def test_what_is_put_in_force_is_offered(shop: Shop) -> None:
    shop.write("segments/regulars.yaml", "conditions: [{did: purchased}]\n")
    assert offered(shop) == ["lapsed-buyers"]
    shop.run("apply")
    assert offered(shop) == ["lapsed-buyers", "regulars"]


def test_schemas_that_nobody_ever_made_are_not_made_by_the_way(shop: Shop) -> None:
    for path in (shop.folder / ".autoflow").glob("*.schema.json"):
        path.unlink()
    shop.run("apply")
    assert list((shop.folder / ".autoflow").glob("*.json*")) == []


def test_an_apply_does_not_fail_for_schemas_that_cannot_be_written(shop: Shop) -> None:
    shop.write("segments/regulars.yaml", "conditions: [{did: purchased}]\n")
    (shop.folder / ".autoflow/recipe.schema.json.new").mkdir()
    shop.run("apply")
    assert offered(shop) == ["lapsed-buyers"]


def test_files_that_are_added_name_their_schema_and_are_offered(shop: Shop) -> None:
    for schema in (shop.folder / ".autoflow").glob("*.schema.json"):
        schema.unlink()
    shop.run("add", "vip-care")
    added = [path for path, _ in files(shop.folder) if "vip" in path]
    assert added == ["recipes/vip-care.yaml", "segments/vip-buyers.yaml", "tests/vip-care.yaml"]
    for path in added:
        line = (shop.folder / path).read_text(encoding="utf-8").partition("\n")[0]
        named = line.removeprefix("# yaml-language-server: $schema=")
        assert (shop.folder / path).parent.joinpath(named).is_file(), line
        assert sort(path) in named
    assert offered(shop) == ["lapsed-buyers", "vip-buyers"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("owners: {ana@shop.example: ['*']}\n", False),
        ("owners: {ana@shop.example: segments/vip, ben: [recipes/win-*, owners]}\n", False),
        ("owners: {ana@shop.example: [/recipes/x]}\n", True),
        ("owners: {ana@shop.example: ./recipes}\n", True),
        ("owners: [ana@shop.example]\n", True),
        ("owner: {ana@shop.example: ['*']}\n", True),
    ],
)
def test_owners(text: str, wrong: bool) -> None:
    workspace = read_workspace({**SOURCES, "owners.yaml": text}, {})
    assert any(each.file == "owners.yaml" for each in workspace.problems) is wrong
    assert bool(refusals(made(workspace)["owners"], "owners.yaml", text)) is wrong


def test_whose_a_file_is_to_be_is_offered(shop: Shop) -> None:
    schema = json.loads(shop.run("schema", "--print", "owners").stdout)
    patterns = schema["properties"]["owners"]["additionalProperties"]
    assert patterns["items"]["anyOf"][0]["enum"] == [
        *("*", "autoflow.yaml", "owners.yaml", "segments/*", "segments/lapsed-buyers"),
        *("templates/*", "templates/win-back", "recipes/*", "recipes/win-back"),
    ]


EVENTS = "csv:\n  event: purchased\n  user_id: Who\n  timestamp: {column: When, format: DD/MM/YYYY}\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (EVENTS + "  properties: {total: Sum}\n", False),
        (EVENTS + "  where: {Status: [paid, 3, ], Shop: }\n  decimal: comma\n  delimiter: tab\n", False),
        ("csv: {identify: true, anonymous_id: 7, traits: {birthday: {column: B}}}\n", False),
        (EVENTS + "  decimal: semicolon\n", True),
        (EVENTS + "  properties: [total]\n", True),
        (EVENTS + "  properties: {total: {colum: Sum}}\n", True),
        (EVENTS + "  identfy: true\n", True),
        ("csv: {event: purchased, timestamp: When}\n", True),
        ("event: purchased\n", True),
    ],
)
def test_mappings(text: str, wrong: bool) -> None:
    workspace = read_workspace(SOURCES, {})
    try:
        read_mapping("x.map.yaml", text, workspace.settings)
        assert not wrong
    except MappingUnsoundError:
        assert wrong
    assert bool(refusals(made(workspace)["mapping"], "x.map.yaml", text)) is wrong


def test_a_mapping_is_offered_the_properties_of_its_event(shop: Shop) -> None:
    schema = json.loads(shop.run("schema", "--print", "mapping").stdout)
    table = schema["properties"]["csv"]
    assert "purchased" in table["properties"]["event"]["anyOf"][0]["enum"]
    [of] = [
        each["then"] for each in table["allOf"] if each["if"]["properties"]["event"]["enum"] == ["purchased"]
    ]
    assert list(of["properties"]["properties"]["properties"]) == ["order_id", "total", "items"]


def test_properties_of_events_are_offered_and_others_let_pass(shop: Shop) -> None:
    schema = json.loads(shop.run("schema", "--print", "recipe").stdout)
    asked = schema["definitions"]["condition.event_property"]["properties"]["event_property"]["anyOf"]
    per = schema["properties"]["per"]["anyOf"]
    assert {"total", "path", "template"} <= set(asked[0]["enum"])
    assert {"event.total", "event.path"} <= set(per[0]["enum"])
    assert asked[1] == per[1] == {}
    recipe = "trigger: {event: purchased}\nper: event.%s\nconditions: [{event_property: %s, is: a}]\nactions: [exit]\n"
    for name in ("order_id", "of_its_own"):
        assert refusals(schema, "recipes/r.yaml", recipe % (name, name)) == []


def test_they_are_written_again_once_a_file_is_saved(shop: Shop) -> None:
    schema = shop.folder / ".autoflow/recipe.schema.json"
    known: list[bool] = []
    changes = [lambda: shop.write("segments/regulars.yaml", "conditions: [{did: purchased}]\n"), None, None]

    def pause() -> None:
        known.append('"regulars"' in schema.read_text(encoding="utf-8"))
        if not changes:
            raise KeyboardInterrupt
        change = changes.pop(0)
        if change is not None:
            change()

    state = State(clock=shop.clock, environment={}, pause=pause)
    words = ["-C", str(shop.folder), "schema", "--watch"]
    assert CliRunner().invoke(cli, words, obj=state, catch_exceptions=False).exit_code == 0
    assert (known[0], known[-1]) == (False, True)
