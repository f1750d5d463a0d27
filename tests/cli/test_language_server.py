"""What an editor makes of the schemas: yaml-language-server, as VS Code and others use it, over a new workspace."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from autoflow.cli.group import cli
from tests.cli.language_server import LanguageServer

PACKAGE = "yaml-language-server@2.0.0"
MODELINE = "# yaml-language-server: $schema=../.autoflow/recipe.schema.json\n"
RECIPE = f"""{MODELINE}recipe: win-back
trigger: {{segment_entered: lapsed-buyers}}
actions:
  - send_email: win-back
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("needs node and npm")
    folder = tmp_path_factory.mktemp("editor")
    command = [
        npm,
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--prefix",
        str(folder / "npm"),
        PACKAGE,
    ]
    installed = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if installed.returncode:
        pytest.skip(f"npm cannot install {PACKAGE} here: {installed.stderr.strip()[:200]}")
    assert CliRunner().invoke(cli, ["init", str(folder / "shop")]).exit_code == 0
    found = LanguageServer(folder / "npm/node_modules/.bin/yaml-language-server", folder / "shop")
    yield found
    found.close()


@pytest.mark.parametrize(
    "path", ["autoflow.yaml", "recipes/win-back.yaml", "segments/lapsed-buyers.yaml", "tests/win-back.yaml"]
)
def test_the_files_of_a_new_workspace_are_right(server: LanguageServer, path: str) -> None:
    text = (server.folder / path).read_text(encoding="utf-8")
    assert server.diagnostics(path, text) == []
    # and it is the schema that says so
    assert server.diagnostics(path, f"{text}nonsense: 1\n")[-1].endswith(
        ": Property nonsense is not allowed."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            RECIPE.replace("lapsed-buyers", "lapsed"),
            '3: Value is not accepted. Valid values: "lapsed-buyers".',
        ),
        (RECIPE.replace("segment_entered", "segment_enterd"), "3: Property segment_enterd is not allowed."),
        (f"{RECIPE}  - wiat: 3 days\n", "6: Property wiat is not allowed."),
        (f"{RECIPE}  - wait: 3 dyas\n", "6: Write a number and a unit, such as 3 days."),
        (f"{RECIPE}  - wait: {{untl: 09:00}}\n", "6: Property untl is not allowed."),
        (f"{RECIPE}goal: [{{did: purchased, whre: {{total: 3}}}}]\n", "6: Property whre is not allowed."),
        (f"{RECIPE}goal: [{{did: purchased, where: {{totl: 3}}}}]\n", "6: Property totl is not allowed."),
        (f"{RECIPE}goal: [{{attribute: country, at_least: 3}}]\n", "6: Property at_least is not allowed."),
        (f"{RECIPE}reentry: 3 days\n", "6: Write never, always, or after 30 days."),
    ],
)
def test_a_mistake_is_underlined_and_nothing_else(server: LanguageServer, text: str, said: str) -> None:
    assert server.diagnostics("recipes/win-back.yaml", text) == [said]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("trigger: {segment_entered: |}\n", {"lapsed-buyers"}),
        ("actions:\n  - send_email: |\n", {"win-back"}),
        ("goal:\n  - did: purchased\n    where:\n      |\n", {"order_id", "total", "items"}),
        ("status: |\n", {"draft", "live", "paused"}),
    ],
)
def test_the_project_s_names_are_offered(server: LanguageServer, text: str, offered: set[str]) -> None:
    assert set(server.completions("recipes/win-back.yaml", MODELINE + text)) == offered


OWNERS = "# yaml-language-server: $schema=.autoflow/owners.schema.json\n"
MAPPING = "# yaml-language-server: $schema=.autoflow/mapping.schema.json\n"
ORDERS = f"{MAPPING}csv:\n  event: purchased\n  user_id: Who\n  timestamp: When\n"


@pytest.mark.parametrize(
    ("path", "text", "some"),
    [
        ("owners.yaml", f"{OWNERS}owners:\n  ana@shop.example:\n    - |\n", {'"*"', "recipes/win-back"}),
        ("orders.map.yaml", f"{ORDERS}  properties:\n    |\n", {"order_id", "total", "items"}),
        ("orders.map.yaml", f"{MAPPING}csv:\n  event: |\n", {"purchased", "page_visited"}),
        ("orders.map.yaml", f"{MAPPING}csv:\n  traits:\n    |\n", {"email", "first_name"}),
    ],
)
def test_owners_and_mappings_are_offered_what_there_is(
    server: LanguageServer, path: str, text: str, some: set[str]
) -> None:
    assert some <= set(server.completions(path, text))


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("owners.yaml", f"{OWNERS}owners: {{ana: [recipes/*]}}\n", []),
        (
            "owners.yaml",
            f"{OWNERS}owners: {{ana: [/recipes/x]}}\n",
            ["2: Write a path in the workspace, such as recipes/win-*."],
        ),
        ("orders.map.yaml", f"{ORDERS}  properties: {{total: Sum}}\n", []),
        (
            "orders.map.yaml",
            f"{ORDERS}  propertis: {{total: Sum}}\n",
            ["6: Property propertis is not allowed."],
        ),
        (
            "orders.map.yaml",
            f"{ORDERS}  decimal: dot\n",
            ['6: Value is not accepted. Valid values: "point", "comma".'],
        ),
    ],
)
def test_mistakes_in_owners_and_mappings_are_underlined(
    server: LanguageServer, path: str, text: str, said: list[str]
) -> None:
    assert server.diagnostics(path, text) == said


@pytest.mark.parametrize(
    ("text", "some", "none"),
    [
        ("trigger:\n  |\n", {"segment_entered", "event", "date"}, {"wait", "did"}),
        ("actions:\n  - |\n", {"send_email", "wait", "choose"}, {"segment_entered", "did"}),
        ("goal:\n  - |\n", {"did", "attribute", "in_segment"}, {"wait", "at_least"}),
        ("goal:\n  - attribute: created_at\n    |\n", {"before", "within_last"}, {"starts_with", "did"}),
    ],
)
def test_the_words_that_may_stand_there_are_offered(
    server: LanguageServer, text: str, some: set[str], none: set[str]
) -> None:
    offered = set(server.completions("recipes/win-back.yaml", MODELINE + text))
    assert some <= offered
    assert not none & offered


def test_a_word_is_explained(server: LanguageServer) -> None:
    shown = server.hover("recipes/win-back.yaml", f"{RECIPE}  - wa|it: 3 days\n")
    assert shown.startswith("Waits: for a time, until a time of the day on given days, or until a date")
    assert '```yaml\nwait: {until: "09:30", days: weekdays, not_before: 2 days}\n```' in shown
