"""Recipe tests as pytest collects them, in projects of others."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from autoflow.app import Project
from autoflow.lab.testing.testing import load_tests, read_tests, run_tests
from tests.lab.little_shop import SOURCES

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[1]
ARGS = ("-p", "autoflow.pytest_plugin", "-p", "no:randomly", "-p", "no:cacheprovider")
STORIES = """
tests: welcome
cases:
  - name: two mails
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome}
      - {after: 2 days, expect: {emails: [hello, offer]}}
  - name: one mail
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome}
      - {after: 2 days, expect: {emails: [hello]}}
"""


@pytest.fixture(autouse=True, scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Everything that the plugin loads, loaded once: pytest within pytest forgets what it loads, and what is loaded
    anew beside what is remembered would not be the same.
    """
    folder = tmp_path_factory.mktemp("loaded")
    write(folder, {**SOURCES, "tests/welcome.yaml": STORIES})
    project = Project(folder)
    tests, _ = read_tests(load_tests(folder), project.sound_workspace())
    assert [each.passed for each in run_tests(project.workspace, tests, project.maker())] == [True, False]


@pytest.fixture
def shop(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with two cases, of which one fails, as the folder in which pytest is called."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    write(pytester.path, {**SOURCES, "tests/welcome.yaml": STORIES})
    return pytester.path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def collected(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if "::" in line]


def test_each_case_is_a_test(pytester: pytest.Pytester, shop: Path) -> None:
    result = pytester.runpytest_inprocess(*ARGS, "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "tests/welcome.yaml::two mails PASSED*",
            "tests/welcome.yaml::one mail FAILED*",
            "*_ welcome: one mail _*",
            "tests/welcome.yaml:13: emails at 2026-03-08 14:00",
            "  expected  hello",
            "  actual    hello, offer",
            "What happened (times in Europe/London):",
            "  2026-03-06 14:00           page_visited (path: /welcome)",
            "✗ *           otherwise than expected (line 13): emails",
            "FAILED tests/welcome.yaml::one mail - emails at 2026-03-08 14:00",
        ]
    )


def test_one_case_may_be_chosen(pytester: pytest.Pytester, shop: Path) -> None:
    pytester.runpytest_inprocess(*ARGS, "tests/welcome.yaml::two mails").assert_outcomes(passed=1)
    pytester.runpytest_inprocess(*ARGS, "-k", "one").assert_outcomes(failed=1, deselected=1)


def test_it_collects_the_files_that_autoflow_test_reads(pytester: pytest.Pytester, shop: Path) -> None:
    inner = {f"tests/inner/{name}": text for name, text in SOURCES.items()}
    write(
        shop,
        {
            **inner,
            "tests/inner/tests/own.yaml": STORIES,
            "tests/deep/er.yaml": STORIES,
            "tests/.hidden/a.yaml": "not a test",
            "tests/.a.yaml": "not a test",
            "tests/a.yml": "not a test",
            "fixtures/a.yaml": "not a test",
            "tests/test_python.py": "def test_it(): pass",
        },
    )
    result = pytester.runpytest_inprocess(*ARGS, "--collect-only", "-q")
    assert sorted(collected(result)) == [
        "tests/deep/er.yaml::one mail",
        "tests/deep/er.yaml::two mails",
        "tests/inner/tests/own.yaml::one mail",
        "tests/inner/tests/own.yaml::two mails",
        "tests/test_python.py::test_it",
        "tests/welcome.yaml::one mail",
        "tests/welcome.yaml::two mails",
    ]


def test_a_workspace_below_the_folder_in_which_pytest_is_called(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(pytester.path / "shop", {**SOURCES, "tests/welcome.yaml": STORIES})
    write(pytester.path, {"tests/other.yaml": "not a test"})
    result = pytester.runpytest_inprocess(*ARGS, "--collect-only", "-q")
    assert collected(result) == [
        "shop/tests/welcome.yaml::two mails",
        "shop/tests/welcome.yaml::one mail",
    ]


def test_the_settings_of_a_project_turn_it_off(pytester: pytest.Pytester, shop: Path) -> None:
    pytester.makeini("[pytest]\nautoflow = false\n")
    assert pytester.runpytest_inprocess(*ARGS).ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_mistakes_in_a_test_stop_its_file_alone(pytester: pytest.Pytester, shop: Path) -> None:
    write(shop, {"tests/broken.yaml": "tests: welcom\ncases: []\n"})
    result = pytester.runpytest_inprocess(*ARGS, "--continue-on-collection-errors")
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting tests/broken.yaml*",
            'tests/broken.yaml:1:8: There is no recipe called "welcom".',
            '      Did you mean "welcome" (recipes/welcome.yaml)?',
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_mistakes_in_the_workspace_are_told(pytester: pytest.Pytester, shop: Path) -> None:
    write(shop, {"recipes/thanks.yaml": "trigger: {}\n"})
    result = pytester.runpytest_inprocess(*ARGS)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["recipes/thanks.yaml:1:*", "The workspace has * mistake*"])
    assert "Traceback" not in result.stdout.str()


def test_a_file_that_cannot_be_read_is_told(pytester: pytest.Pytester, shop: Path) -> None:
    (shop / "tests/gone.yaml").symlink_to(shop.parent / "elsewhere.yaml")
    (shop.parent / "elsewhere.yaml").write_text("x", encoding="utf-8")
    result = pytester.runpytest_inprocess(*ARGS)
    assert "tests/gone.yaml is a link that leads out of the workspace." in result.stdout.str()


def test_a_mail_that_cannot_be_made_fails(pytester: pytest.Pytester, shop: Path) -> None:
    hello = SOURCES["templates/hello.html"].replace("<p>Hello.", "<p>Hello {{ contact.first_name }}.")
    write(shop, {"templates/hello.html": hello})
    result = pytester.runpytest_inprocess(*ARGS, "-k", "two")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(["*templates/hello.html:4: “contact.first_name” has no value here.*"])


def test_the_report_that_pytest_writes_says_what_failed(pytester: pytest.Pytester, shop: Path) -> None:
    pytester.runpytest_inprocess(*ARGS, "--junit-xml=report.xml")
    [failure] = ET.parse(shop / "report.xml").getroot().iter("failure")
    assert failure.attrib["message"] == "emails at 2026-03-08 14:00"
    assert failure.text is not None
    assert "What happened" in failure.text


def test_several_processes_tell_the_same(
    pytester: pytest.Pytester, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    result = pytester.runpytest_subprocess(*ARGS, "-n", "2", timeout=120)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["  actual    hello, offer", "✗ *otherwise than expected (line 13): emails"])


def test_where_there_is_no_workspace_nothing_is_loaded(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    write(
        pytester.path,
        {
            "tests/data.yaml": "tests: welcome\n",
            "tests/test_loaded.py": """
import sys

def test_loaded():
    loaded = {name for name in sys.modules if name.split(".")[0] in {"autoflow", "jinja2", "sqlalchemy", "yaml"}}
    assert loaded == {"autoflow", "autoflow.pytest_plugin"}
""",
        },
    )
    result = pytester.runpytest_subprocess(*ARGS, timeout=120)
    result.assert_outcomes(passed=1)


def test_pytest_finds_it_where_autoflow_is_installed() -> None:
    import tomllib

    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    [(name, module)] = project["project"]["entry-points"]["pytest11"].items()
    assert name == module == "autoflow.pytest_plugin"
    addopts = project["tool"]["pytest"]["addopts"]
    assert addopts[addopts.index("-p") + 1] == f"no:{name}", "this repository's own tests stay as they are"
