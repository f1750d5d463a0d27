from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoflow.cli.group import COMMANDS
from autoflow.ingest.mapping import KEYS as MAPPING_KEYS
from autoflow.ingest.mapping import read_mapping
from autoflow.lab.testing import testing
from autoflow.lab.testing.expect import EXPECT
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.present import as_text
from autoflow.language.recipe import RECIPE_KEYS
from autoflow.language.segment import SEGMENT_KEYS, SEGMENT_KINDS
from autoflow.language.settings.reader import SETTINGS_KEYS, read_settings
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.model.effects import ENDINGS
from tests.docs.pages import CATALOGUE, PAGES, ROOT, Block, anchors, blocks, called, links

LANGUAGE = ROOT / "docs/language.md"
AUTOMATIONS = ROOT / "docs/automations.md"
ENVIRONMENT = {
    "SMTP_USER": "shop",
    "SMTP_PASSWORD": "open sesame",
    "CRM_SECRET": "a secret of 24 bytes, or more",
}
# What the examples of single words name, beside what the shipped workspace declares.
DECLARED = """
attributes:
  account_type: {choice: [home, business]}
  interest: text
  last_order: text
  birthday: date
scores:
  lead: {floor: 0, halves_every: 30 days, rules: [{when: {page_visited: {path: "/pricing*"}}, add: 10}]}
stages: [prospect, first-time buyer, repeat buyer, lapsed]
events:
  purchased: {order_id: text, total: money, items: number, category: text}
  refunded: {order_id: text, total: money}
"""
WEBHOOKS = "webhooks: {crm: {file: .autoflow/crm.ndjson}}"
WRAPPED = {
    "trigger": "recipe: example\ntrigger:\n  - {}\nactions: [{{add_tag: seen}}]\n",
    "condition": "recipe: example\ntrigger: {{event: purchased}}\nconditions:\n  - {}\nactions: [{{add_tag: vip}}]\n",
    "action": "recipe: example\ntrigger: {{event: purchased}}\nconditions: [{{has_tag: vip}}]\nactions:\n  - {}\n",
}


def examples() -> Iterator[tuple[str, Block]]:
    for page in PAGES:
        for block in blocks(page):
            if (
                block.language == "yaml" and page != AUTOMATIONS
            ):  # made of files that are tested as workspaces
                yield f"{page.name}:{block.line}", block


EXAMPLES = dict(examples())


def shipped() -> dict[str, str]:
    sources = load_sources(ROOT)
    before, _, rest = sources[SETTINGS_FILE].partition("\nattributes:")
    _, sending, after = rest.partition("\nsending:")
    before = before.replace("channels:\n", f"channels:\n  {WEBHOOKS}\n")
    return {**sources, SETTINGS_FILE: before + DECLARED + sending + after}


def told(sources: dict[str, str], *severities: str) -> str:
    """Every problem of a workspace, or those of some severities, as people read it."""
    workspace = read_workspace(sources, ENVIRONMENT)
    chosen = [each for each in workspace.problems if not severities or each.severity in severities]
    return as_text(chosen, workspace.sources)


def problems(block: Block) -> str:
    sources, first = shipped(), block.text.partition(":")[0]
    if block.info in WRAPPED:
        indented = block.text.strip().replace("\n", "\n    ")
        sources["recipes/example.yaml"] = WRAPPED[block.info].format(indented)
        return told(sources, "error")  # what is unwise about a word alone is no matter
    name = block.text.partition("\n")[0].partition(":")[2].strip()
    match first:
        case "recipe" | "segment":
            return told({**sources, f"{first}s/{name}.yaml": block.text})
        case "tests":
            return outcome_of_tests(block, name, sources)
        case "owners":
            return told({**sources, "owners.yaml": block.text})
        case "csv":
            settings = read_settings(sources[SETTINGS_FILE], ENVIRONMENT).settings
            return as_text(read_mapping("x.map.yaml", block.text, settings)[1], {"x.map.yaml": block.text})
        case _:
            found = read_settings(block.text, ENVIRONMENT).problems
            return as_text(found, {SETTINGS_FILE: block.text})


def outcome_of_tests(block: Block, name: str, sources: dict[str, str]) -> str:
    """The mistakes of a test, and then whether it passes: its recipe stands on the same pages."""
    [recipe] = [each.text for each in EXAMPLES.values() if each.text.startswith(f"recipe: {name}\n")]
    workspace = read_workspace({**sources, f"recipes/{name}.yaml": recipe}, ENVIRONMENT)
    file = f"tests/{name}.yaml"
    tests, found = testing.read_tests({file: block.text}, workspace)
    if found:
        return as_text(found, {file: block.text})
    outcome = testing.report(workspace, testing.run_tests(workspace, tests), {name})
    return testing.as_text(outcome) if outcome.failed else ""


@pytest.mark.parametrize("place", EXAMPLES)
def test_every_example_reads_without_problems(place: str) -> None:
    assert problems(EXAMPLES[place]) == ""


def test_an_example_with_a_mistake_would_be_found() -> None:
    broken = Block("yaml", "condition", "{did: purchased, at_leest: 2 times}", 1)
    assert "at_leest" in problems(broken)


def test_the_recipe_of_the_readme_is_the_shipped_one() -> None:
    [block] = [each for each in blocks(ROOT / "README.md") if each.info == "recipe"]
    assert len(block.text.splitlines()) == 10
    recipes = read_workspace({**shipped(), "recipes/win-back.yaml": block.text}, ENVIRONMENT).recipes
    assert recipes["win-back"].hash == read_workspace(shipped(), ENVIRONMENT).recipes["win-back"].hash


@pytest.mark.parametrize("tool", ["language_reference.py", "starter_recipes.py"])
def test_what_is_made_of_the_code_is_up_to_date(tool: str) -> None:
    here = {**os.environ, "PYTHONPATH": str(ROOT)}  # the code beside the page, whichever is installed
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / tool), "--check"],
        capture_output=True,
        text=True,
        check=False,
        env=here,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("page", "keys"),
    [
        (LANGUAGE, (*RECIPE_KEYS, *SEGMENT_KEYS, *SEGMENT_KINDS, *ENDINGS, *EXPECT)),
        (LANGUAGE, SETTINGS_KEYS),
        (ROOT / "docs/import.md", MAPPING_KEYS),
        (ROOT / "README.md", COMMANDS),
    ],
    ids=["language", "settings", "mapping", "commands"],
)
def test_every_key_is_told(page: Path, keys: tuple[str, ...]) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [key for key in keys if not any(f"{sign}{key}" in text for sign in ("`", "\n", "  "))]
    assert set(missing) <= {"colour"}


@pytest.mark.parametrize("page", [*PAGES, *CATALOGUE], ids=called)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link
