from __future__ import annotations

import json

from autoflow.lab.testing.testing import Report, as_json, as_text, read_tests, report, run_tests
from tests.docs.pages import ROOT, blocks
from tests.lab.little_shop import shop

FILES = {
    "tests/a.yaml": """
tests: welcome
cases:
  - name: two mails
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome}
      - {after: 1 day, expect: {emails: [hello]}}
  - name: whoever buys is left in peace
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome}
      - at: 2026-03-06 15:00:30
        event: purchased
        expect:
          emails: []
          ended: exited
          attributes: {plan: pro}
          sales_notices: ["One, two", "Three\\nfour"]
""",
    "tests/b.yaml": """
tests: welcome
cases:
  - name: nobody to write to
    story:
      - {at: 2026-03-06 14:00, page_visited: /welcome, expect: {running: true}}
""",
}


def outcome(*files: str) -> Report:
    tests, problems = read_tests({file: FILES[file] for file in files}, shop())
    assert problems == []
    return report(shop(), run_tests(shop(), tests))


def test_text() -> None:
    assert (
        as_text(outcome("tests/a.yaml", "tests/b.yaml"))
        == """\
welcome (tests/a.yaml)
  ✓ two mails
  ✗ whoever buys is left in peace
      tests/a.yaml:16: emails at 2026-03-06 15:00:30
        expected  nothing
        actual    hello
      tests/a.yaml:17: ended at 2026-03-06 15:00:30
        expected  exited
        actual    goal
      tests/a.yaml:18: attributes at 2026-03-06 15:00:30
        expected  plan: pro
        actual    plan: nothing
      tests/a.yaml:19: sales_notices at 2026-03-06 15:00:30
        expected  One, two
                  Three\\x0afour
        actual    nothing
      What happened (times in Europe/London):
        2026-03-06 14:00              page_visited (path: /welcome)
                             welcome  entered
                             welcome  mail hello sent
                             welcome  waits until 2026-03-08 14:00 (wait:2 days)
        2026-03-06 15:00:30           purchased
                                      came into the segment buyers
                             welcome  ended: goal
      ✗                               otherwise than expected (line 13): emails, ended, attributes, sales_notices
welcome (tests/b.yaml)
  ✗ nobody to write to
      tests/b.yaml:6: running at 2026-03-06 14:00
        expected  yes
        actual    no
      What happened (times in Europe/London):
        2026-03-06 14:00           page_visited (path: /welcome)
                          welcome  not entered: this condition did not hold: email is set (seen: nothing)
      ✗                            otherwise than expected (line 6): running
Walked: 40% (2 of 5) of steps and branches
  thanks: 0% (0 of 1), no case tests it
  welcome: 50% (2 of 4)
    not send_email:offer
    not notify_sales:sales
1 passed, 2 failed
"""
    )


def test_the_page_about_tests_shows_what_is_told_of_what_nobody_walked() -> None:
    [shown] = [each.text for each in blocks(ROOT / "docs/testing.md") if each.text.startswith("Walked:")]
    assert as_text(outcome("tests/a.yaml", "tests/b.yaml")).endswith(shown)


def test_json() -> None:
    assert json.loads(as_json(outcome("tests/b.yaml"))) == {
        "passed": 0,
        "failed": 1,
        "cases": [
            {
                "file": "tests/b.yaml",
                "line": 4,
                "recipe": "welcome",
                "case": "nobody to write to",
                "passed": False,
                "failures": [
                    {"line": 6, "message": "running at 2026-03-06 14:00", "expected": True, "actual": False}
                ],
                "why": [
                    "welcome was not entered at 2026-03-06 14:00: this condition did not hold: email is set."
                ],
                "timeline": [
                    {
                        "at": "2026-03-06T14:00:00Z",
                        "kind": "arrived",
                        "recipe": "",
                        "run": 0,
                        "text": "page_visited (path: /welcome)",
                        "failed": False,
                    },
                    {
                        "at": "2026-03-06T14:00:00Z",
                        "kind": "refused",
                        "recipe": "welcome",
                        "run": 0,
                        "text": "not entered: this condition did not hold: email is set (seen: nothing)",
                        "failed": False,
                    },
                    {
                        "at": "2026-03-06T14:00:00Z",
                        "kind": "expect",
                        "recipe": "",
                        "run": 0,
                        "text": "otherwise than expected (line 6): running",
                        "failed": True,
                    },
                ],
            }
        ],
        "unwalked": [
            {"recipe": "thanks", "step": "add_tag:customer", "branch": ""},
            {"recipe": "welcome", "step": "send_email:hello", "branch": ""},
            {"recipe": "welcome", "step": "wait:2 days", "branch": ""},
            {"recipe": "welcome", "step": "send_email:offer", "branch": ""},
            {"recipe": "welcome", "step": "notify_sales:sales", "branch": ""},
        ],
        "coverage": {
            "percent": 0,
            "steps": 5,
            "steps_walked": 0,
            "branches": 0,
            "branches_walked": 0,
            "recipes": [
                {
                    "recipe": "thanks",
                    "percent": 0,
                    "steps": 1,
                    "steps_walked": 0,
                    "branches": 0,
                    "branches_walked": 0,
                },
                {
                    "recipe": "welcome",
                    "percent": 0,
                    "steps": 4,
                    "steps_walked": 0,
                    "branches": 0,
                    "branches_walked": 0,
                },
            ],
        },
    }


def test_cases_that_passed_tell_what_happened_where_somebody_asks() -> None:
    found = outcome("tests/a.yaml")
    passed = json.loads(as_json(found))["cases"][0]
    assert (passed["passed"], passed["timeline"]) == (True, [])
    told = json.loads(as_json(found, verbose=True))["cases"][0]["timeline"]
    assert [line["text"] for line in told] == [
        "page_visited (path: /welcome)",
        "entered",
        "mail hello sent",
        "waits until 2026-03-08 14:00 (wait:2 days)",
        "as expected (line 8): emails",
    ]
    lines = as_text(found, verbose=True).splitlines()
    assert lines[1:4] == [
        "  ✓ two mails",
        "      What happened (times in Europe/London):",
        "        2026-03-06 14:00           page_visited (path: /welcome)",
    ]
    assert lines[7] == "      ✓ 2026-03-07 14:00           as expected (line 8): emails"


def test_what_was_asked_about() -> None:
    tests, _ = read_tests({"tests/a.yaml": FILES["tests/a.yaml"]}, shop())
    results = run_tests(shop(), tests)
    assert report(shop(), results, recipes=["welcome"]).untested == ()
    assert {each.recipe for each in report(shop(), results, recipes=["welcome"]).unwalked} == {"welcome"}
    assert report(shop(), results, recipes=()).unwalked == ()


def test_without_cases() -> None:
    assert (
        as_text(report(shop(), []))
        == """\
Walked: 0% (0 of 5) of steps and branches
  thanks: 0% (0 of 1), no case tests it
  welcome: 0% (0 of 4), no case tests it
0 passed
"""
    )
