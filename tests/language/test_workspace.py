from __future__ import annotations

import os
from pathlib import Path

import pytest

from autoflow.lab.testing.testing import load_tests
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.model.problems import AutoflowError
from tests.language.small import SETTINGS, SOURCES, WELCOME, WIN_BACK, told, workspace

ROOT = Path(__file__).resolve().parents[2]


def _codes(files: dict[str, str]) -> list[str]:
    return [problem.code for problem in workspace(files).problems]


def test_the_small_workspace_is_sound() -> None:
    found = workspace()
    assert found.problems == ()
    assert found.sound
    assert sorted(found.recipes) == ["win-back"]
    assert sorted(found.segments) == ["lapsed-buyers", "vip"]
    assert sorted(found.templates) == ["welcome"]
    assert found.sources == SOURCES


def test_the_shipped_workspace_has_no_problem() -> None:
    found = read_workspace(load_sources(ROOT), {})
    assert found.problems == ()
    assert len(found.recipes) >= 8


def test_the_example_of_the_language_page() -> None:
    text = "recipe: win-back\ntrigger:\n  segment_entered: lapsed-buyer\nactions:\n  - send_email: welcome\n"
    assert told({"recipes/win-back.yaml": text}) == (
        'recipes/win-back.yaml:3:20: There is no segment called "lapsed-buyer".\n'
        "    3 |   segment_entered: lapsed-buyer\n"
        "      |                    ^^^^^^^^^^^^\n"
        '      Did you mean "lapsed-buyers" (segments/lapsed-buyers.yaml)?\n'
    )


def test_all_mistakes_of_all_files_at_once_in_order() -> None:
    found = workspace(
        {
            "segments/vip.yaml": "conditions: [{has_tagg: x}, {attribute: incme, is: 5}]\n",
            "recipes/win-back.yaml": WIN_BACK.replace("welcome", "welcom"),
            "autoflow.yaml": SETTINGS + "stage: x\n",
            "templates/welcome.html": "nothing",
        }
    )
    assert [(problem.file, problem.code) for problem in found.problems] == [
        ("autoflow.yaml", "unknown-key"),
        ("recipes/win-back.yaml", "unknown-name"),
        ("segments/vip.yaml", "unknown-word"),
        ("segments/vip.yaml", "unknown-name"),
        ("templates/welcome.html", "template-head"),
    ]
    assert not found.sound


def test_the_line_ends_of_windows_change_nothing() -> None:
    files = {"segments/vip.yaml": "# a\nconditions:\n  - {has_tagg: x}\n  - {attribute: incme, is: 5}"}
    with_returns = {name: text.replace("\n", "\r\n") for name, text in files.items()}
    assert told(with_returns) == told(files) != ""


def test_without_settings() -> None:
    found = read_workspace({name: text for name, text in SOURCES.items() if name != "autoflow.yaml"}, {})
    assert [problem.code for problem in found.problems] == ["no-settings"]


def test_settings_that_cannot_be_read_cause_no_further_mistakes() -> None:
    assert [code[:4] for code in _codes({"autoflow.yaml": "attributes: [\n"})] == ["yaml"]


def test_bytes_that_are_no_text_are_told_in_every_kind_of_file() -> None:
    for name, text in SOURCES.items():
        assert "not-text" in _codes({name: text + "\udcff"})


def test_a_warning_leaves_the_workspace_sound() -> None:
    found = workspace({"recipes/win-back.yaml": WIN_BACK + "  - add_to_audience: fans\n"})
    assert [(problem.code, problem.severity) for problem in found.problems] == [
        ("audience-never-emptied", "warning")
    ]
    assert found.sound


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ({"autoflow.yaml": SETTINGS.replace("sending: {consent: customers}", "")}, ["consent-missing"]),
        ({"autoflow.yaml": SETTINGS.replace("sending:", "send:")}, ["unknown-key"]),
        ({"autoflow.yaml": SETTINGS.replace("sender:", "#")}, ["missing-key"]),
        (
            {
                "autoflow.yaml": SETTINGS.replace("sending: {consent: customers}", ""),
                "templates/welcome.html": WELCOME.replace("---\n<p>", "class: transactional\n---\n<p>"),
            },
            [],
        ),
        ({"templates/welcome.html": WELCOME.replace("{{ unsubscribe_url }}", "x")}, ["unsubscribe-missing"]),
        (
            {
                "templates/welcome.html": WELCOME.replace(
                    "---\n<p>", "class: transactional\n---\n<p>"
                ).replace("{{ unsubscribe_url }}", "x")
            },
            [],
        ),
        (
            {"templates/welcome.txt": "{{ contact.frist_name }} {{ unsubscribe_url }}"},
            ["unknown-variable"],
        ),
        ({"templates/welcome.txt": "Come back."}, ["unsubscribe-missing"]),
        (
            {
                "templates/welcome.html": WELCOME.replace("<a", "<!-- <a").replace("</a>", "</a> -->"),
                "templates/welcome.txt": "{{ unsubscribe_url }}",
            },
            ["unsubscribe-missing"],
        ),
        (
            {
                "templates/_foot.html": '<a href="{{ unsubscribe_url }}">Unsubscribe</a>',
                "templates/welcome.html": '---\nsubject: x\n---\n{% include "_foot.html" %}',
            },
            [],
        ),
        (
            {
                "templates/_layout.html": "<body>{% block body %}{% endblock %}{{ contact.frist_name }}</body>",
                "templates/welcome.html": WELCOME.replace(
                    "<p>", '{% extends "_layout.html" %}{% block body %}<p>'
                )
                + "{% endblock %}",
            },
            ["unknown-variable"],
        ),
        (
            {
                "templates/welcome.html": WELCOME.replace("Come", "{{ event.total }}"),
                "recipes/win-back.yaml": "trigger: {event: purchased}\nactions: [{send_email: welcome}]\n",
            },
            [],
        ),
        ({"templates/welcome.html": WELCOME.replace("Come", "{{ event.total }}")}, ["unknown-variable"]),
        (
            {
                "templates/welcome.html": WELCOME.replace("Come", "{{ event.category }}"),
                "recipes/win-back.yaml": "trigger: {event: refunded}\nactions: [{send_email: welcome}]\n",
            },
            ["unknown-variable"],
        ),
        (
            {
                "recipes/in.yaml": "trigger: page_visited\nactions: [{add_to_audience: fans}]\n",
                "recipes/out.yaml": "trigger: {event: purchased}\nactions: [{remove_from_audience: fans}]\n",
            },
            [],
        ),
    ],
)
def test_what_is_seen_across_files(files: dict[str, str], codes: list[str]) -> None:
    assert _codes(files) == codes


def test_a_misspelt_audience_is_shown_beside_the_other() -> None:
    text = told(
        {
            "recipes/in.yaml": "trigger: page_visited\nactions: [{add_to_audience: fans}]\n",
            "recipes/out.yaml": "trigger: {event: purchased}\nactions: [{remove_from_audience: fan}]\n",
        }
    )
    assert 'A recipe takes contacts out of "fan", which nobody fills: is that the same one?' in text


def _write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_files_are_loaded_from_where_they_belong(tmp_path: Path) -> None:
    files = {
        "autoflow.yaml": "name: Müller".encode(),
        "README.md": b"x",
        "recipes/a.yaml": b"a\r\nb",
        "recipes/.hidden.yaml": b"x",
        "recipes/notes.md": b"x",
        "recipes/deep/b.yaml": b"x",
        "segments/c.yml": b"\xff",
        "templates/_layout.html": b"x",
        "templates/m.txt": b"",
        "tests/t.yaml": b"x",
    }
    assert load_sources(_write(tmp_path, files)) == {
        "autoflow.yaml": "name: Müller",
        "recipes/a.yaml": "a\r\nb",
        "segments/c.yml": "\udcff",
        "templates/_layout.html": "x",
        "templates/m.txt": "",
    }


def test_links_that_lead_nowhere_and_what_is_no_file_are_told(tmp_path: Path) -> None:
    folder = _write(tmp_path, {"autoflow.yaml": b"name: x", "recipes/a.yaml": b"a", "tests/a.yaml": b"a"})
    for place, load in (("recipes", load_sources), ("tests", load_tests)):
        other = folder / place / "b.yaml"
        for target in ("gone.yaml", "b.yaml"):
            other.symlink_to(target)
            with pytest.raises(AutoflowError, match=rf"{place}/b\.yaml is a link that leads nowhere"):
                load(folder)
            other.unlink()
        os.mkfifo(other)
        with pytest.raises(AutoflowError, match=rf"{place}/b\.yaml is no file"):
            load(folder)
        other.unlink()
        assert load(folder)[f"{place}/a.yaml"] == "a"


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(
        AutoflowError, match=r"There is no autoflow\.yaml in .*autoflow init DIR makes a workspace"
    ):
        load_sources(tmp_path)


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    outside = _write(tmp_path, {"secret.yaml": b"x"}) / "secret.yaml"
    inside = _write(tmp_path / "shop", {"autoflow.yaml": b"name: x", "recipes/a.yaml": b"a"})
    (inside / "recipes" / "b.yaml").symlink_to(inside / "recipes" / "a.yaml")
    assert load_sources(inside)["recipes/b.yaml"] == "a"
    (inside / "recipes" / "c.yaml").symlink_to(outside)
    with pytest.raises(AutoflowError, match=r"recipes/c\.yaml is a link that leads out of the workspace"):
        load_sources(inside)


def test_the_settings_may_not_be_a_link_out_either(tmp_path: Path) -> None:
    outside = _write(tmp_path, {"secret.yaml": b"x"}) / "secret.yaml"
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "autoflow.yaml").symlink_to(outside)
    with pytest.raises(AutoflowError, match="leads out of the workspace"):
        load_sources(tmp_path / "shop")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    folder = _write(tmp_path, {"autoflow.yaml": b"name: x", "recipes/a.yaml": b"a"})
    (folder / "recipes" / "a.yaml").chmod(0)
    with pytest.raises(AutoflowError, match=r"recipes/a\.yaml cannot be read"):
        load_sources(folder)


def test_check_imports_neither_the_store_nor_rich() -> None:
    import subprocess
    import sys

    code = (
        "import sys, autoflow.language.workspace, autoflow.language.present; "
        "print([m for m in ('sqlmodel', 'sqlalchemy', 'rich', 'css_inline', 'autoflow.store') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["autoflow.yaml", "recipes/win-back.yaml", "templates/welcome.html"])
def test_a_file_of_another_coding_is_one_mistake(tmp_path: Path, name: str, codec: str) -> None:
    for path, text in SOURCES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(text.encode(codec if path == name else "utf-8-sig"))
    found = read_workspace(load_sources(tmp_path), {})
    assert [(each.file, each.code, each.message) for each in found.problems] == [
        (name, "not-text", "The file is saved as UTF-16.")
    ]


@pytest.mark.parametrize("name", ["recipes/win-back.yaml", "templates/welcome.html"])
def test_a_file_of_an_old_coding_is_one_mistake_where_it_shows(name: str) -> None:
    text = SOURCES[name].replace("welcome", "wélcome").replace("Come", "Cóme")
    found = workspace({name: text.encode("latin-1").decode("utf-8", "surrogateescape")})
    [problem] = found.problems
    assert (problem.code, problem.message) == (
        "not-text",
        "This character is not saved as UTF-8, in which files are read.",
    )
    assert found.sources[name].splitlines()[problem.line - 1][problem.column - 1] > "\udc7f"
