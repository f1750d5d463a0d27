"""Writes what `autoflow explain` says of the recipes of the shop and of the starters, and of every word.

    python tools/explained.py            writes tests/cli/explained/ and the picture in docs/explain.md
    python tools/explained.py --check    exit status 1 where a text there is out of date

The texts are there to be read: after a change of words, read what has changed before you commit it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from autoflow.cli.explain.words import recipe_text
from autoflow.kinds import registry
from autoflow.kinds.base import Kind
from autoflow.language.definitions import Workspace
from autoflow.language.explain.flow import flow
from autoflow.language.explain.recipe import explain_recipe
from autoflow.language.explain.svg import svg
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.starters.adding import addition
from autoflow.starters.catalogue import starters

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests/cli/explained"
PICTURE = ROOT / "docs/re-permission.svg"  # of one of the starters
STARTED = ROOT / "tests/scenarios/automations"  # to which the starters are added
_DECLARED = """
attributes: {account_type: {choice: [home, business]}, interest: text, last_order: text, birthday: date}
scores: {lead: {floor: 0, halves_every: 30 days, rules: [{when: {page_visited: {path: "/pricing*"}}, add: 10}]}}
stages: [prospect, first-time buyer, repeat buyer, lapsed]
events:
  purchased: {order_id: text, total: money, items: number, category: text}
  refunded: {order_id: text, total: money}
"""
_NO_CONDITION = "  No condition is asked: it lets in everybody for whom it begins."
_TURNED_AWAY = "  Whoever is turned away has his next chance when it begins for him again."
_THROUGH = "  Then he is through."
_WRAPPED = {
    "trigger": "recipe: example\ntrigger:\n  - {}\nactions: [{{add_tag: seen}}]\n",
    "condition": "recipe: example\ntrigger: {{event: purchased}}\nconditions:\n  - {}\nactions: [{{add_tag: vip}}]\n",
    "action": "recipe: example\ntrigger: {{event: purchased}}\nactions:\n  - {}\n",
}


def texts() -> dict[Path, str]:
    """Every text by the file in which it is kept."""
    found = {FOLDER / "words.txt": "\n".join(_words())}
    workspaces = {"shop": read_workspace(load_sources(ROOT), {}), "starters": _started()}
    for name, workspace in workspaces.items():
        for recipe in workspace.recipes.values():
            found[FOLDER / name / f"{recipe.id}.txt"] = f"{recipe_text(explain_recipe(recipe, workspace))}\n"
    drawn = workspaces["starters"].recipes[PICTURE.stem]
    found[PICTURE] = svg(flow(drawn, explain_recipe(drawn, workspaces["starters"])))
    return found


def _started() -> Workspace:
    sources = load_sources(STARTED)
    for starter in starters().values():
        sources |= addition(starter, sources, {}).files
    return read_workspace(sources, {})


def _words() -> list[str]:
    """Each word's own example as it is read back."""
    families: dict[str, Mapping[str, type[Kind]]] = {
        "trigger": registry.triggers(),
        "condition": registry.conditions(),
        "action": registry.actions(),
    }
    lines: list[str] = []
    for family, kinds in families.items():
        for word, kind in sorted(kinds.items()):
            lines += [f"{family} {word}", *(f"  | {line}" for line in kind.example.splitlines())]
            lines += _told(family, kind.example)
            lines.append("")
    return lines


def _told(family: str, example: str) -> list[str]:
    workspace = _example(family, example)
    told = recipe_text(explain_recipe(workspace.recipes["example"], workspace)).split("\n\n")
    title = "What happens" if family == "action" else "Who enters"
    [part] = [each for each in told if each.startswith(title)]
    _, *lines = part.splitlines()
    if family == "trigger":
        return lines[: lines.index(_NO_CONDITION)]
    if family == "condition":
        return lines[1 : lines.index(_TURNED_AWAY)]
    return [line for line in lines if line != _THROUGH]


def _example(family: str, example: str) -> Workspace:
    sources = load_sources(ROOT)
    before, _, rest = sources[SETTINGS_FILE].partition("\nattributes:")
    before = before.replace("channels:\n", "channels:\n  webhooks: {crm: {file: .autoflow/crm.ndjson}}\n")
    _, sending, after = rest.partition("\nsending:")
    sources[SETTINGS_FILE] = before + _DECLARED + sending + after
    sources["recipes/example.yaml"] = _WRAPPED[family].format(example.replace("\n", "\n    "))
    return read_workspace(sources, {})


def main() -> int:
    """Write the texts, or with `--check` say which are out of date."""
    wanted = texts()
    there = {
        file: file.read_text(encoding="utf-8")
        for file in (*FOLDER.glob("**/*.txt"), *PICTURE.parent.glob(PICTURE.name))
    }
    changed = [file for file in sorted(wanted.keys() | there) if wanted.get(file) != there.get(file)]
    for file in changed:
        if "--check" in sys.argv:
            print(f"{file.relative_to(ROOT)} is out of date: python tools/explained.py", file=sys.stderr)
        elif file in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[file], encoding="utf-8")
        else:
            file.unlink()
    return int(bool(changed) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
