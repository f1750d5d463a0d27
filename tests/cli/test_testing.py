from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.cli.shop import Shop

GREETED = """
recipe: greeted
trigger: {event: purchased}
actions: [{send_email: greeting}]
"""
GREETING = """---
subject: Thank you
class: transactional
---
<p>Your order {{ event.order_id }} is on its way.</p>
"""
STORY = """
tests: greeted
cases:
  - name: an order is confirmed
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, event: purchased, with: {%s}}
      - {after: 1 minute, expect: {emails: [greeting]}}
"""


def greeted(shop: Shop, told: str) -> None:
    shop.write("recipes/greeted.yaml", GREETED)
    shop.write("templates/greeting.html", GREETING)
    shop.write("tests/greeted.yaml", STORY % told)


def test_a_mail_that_cannot_be_made_fails_its_case(shop: Shop) -> None:
    greeted(shop, "total: 12")
    assert shop.run("test", "tests/greeted.yaml", status=1).stdout == (
        """\
greeted (tests/greeted.yaml)
  ✗ an order is confirmed
      tests/greeted.yaml:7: the mail greeting of 2026-03-06 14:00 cannot be made
        templates/greeting.html:5: “event.order_id” has no value here. """
        """Give it a stand-in, as in  {{ event.order_id | default('…') }}
      What happened (times in Europe/London):
        2026-03-06 14:00           purchased (total: 12)
                          greeted  entered
      ✗                   greeted  mail greeting cannot be made
                          greeted  ended: finished
      ✓ 2026-03-06 14:01           as expected (line 8): emails
Every step and branch was walked
0 passed, 1 failed
"""
    )
    [case] = shop.json("test", "tests/greeted.yaml", status=1)["cases"]
    [failure] = case["failures"]
    assert failure["expected"] is None
    assert failure["actual"].startswith("templates/greeting.html:5: ")
    assert not (shop.folder / ".autoflow/store.db").exists()


def test_a_mail_that_can_be_made_does_not(shop: Shop) -> None:
    greeted(shop, "order_id: A1")
    assert shop.run("test", "tests/greeted.yaml").stdout.endswith("1 passed\n")


def test_a_case_that_passed_tells_what_happened_where_somebody_asks(shop: Shop) -> None:
    greeted(shop, "order_id: A1")
    told = shop.run("test", "tests/greeted.yaml", "-v").stdout
    assert "                          greeted  mail greeting sent\n" in told
    assert told.endswith("1 passed\n")
    [case] = shop.json("test", "tests/greeted.yaml", "--verbose")["cases"]
    assert case["timeline"][0] == {
        "at": "2026-03-06T14:00:00Z",
        "kind": "arrived",
        "recipe": "",
        "run": 0,
        "text": "purchased (order_id: A1)",
        "failed": False,
    }


def test_what_is_walked_too_little_fails(shop: Shop) -> None:
    greeted(shop, "order_id: A1")
    told = shop.run("test", "tests/win-back.yaml").stdout
    assert told.endswith("Every step and branch was walked\n2 passed\n")
    shop.run("test", "--fail-under", "100")
    shop.write(
        "recipes/other.yaml", "recipe: other\ntrigger: {event: purchased}\nactions: [{add_tag: other}]\n"
    )
    result = shop.run("test", "--fail-under", "75.5", status=1)
    assert result.stderr == "The cases walk 75% of steps and branches, and --fail-under asks for 75.5%.\n"
    assert result.stdout.endswith(
        """\
Walked: 75% (3 of 4) of steps and branches
  other: 0% (0 of 1), no case tests it
3 passed
"""
    )
    shop.run("test", "--fail-under", "75")
    assert shop.json("test")["coverage"]["percent"] == 75


def test_without_tests_nothing_is_walked(shop: Shop) -> None:
    (shop.folder / "tests/win-back.yaml").unlink()
    assert shop.run("test").stdout.startswith("There are no tests: ")
    shop.run("test", "--fail-under", "1", status=1)
    assert shop.json("test", "--fail-under", "1", status=1)["cases"] == []


def test_a_percentage_that_is_none(shop: Shop) -> None:
    result = shop.run("test", "--fail-under", "101", status=1)
    assert "101.0 is not in the range 0<=x<=100" in result.stderr


def test_a_report_for_ci_is_written_into_a_folder_that_need_not_be_there(shop: Shop) -> None:
    greeted(shop, "total: 12")
    file = shop.folder / "reports/tests.xml"
    shop.run("test", "--junit", file, status=1)
    root = ET.parse(file).getroot()
    assert (root.attrib["tests"], root.attrib["failures"]) == ("3", "1")
    greeted(shop, "order_id: A1")
    assert shop.json("test", "--junit", file)["failed"] == 0
    assert ET.parse(file).getroot().attrib["failures"] == "0"


def test_mistakes_leave_no_report_of_an_earlier_run(shop: Shop) -> None:
    file = shop.folder / "tests.xml"
    shop.run("test", "--junit", file)
    shop.replace("tests/win-back.yaml", "running: true", "runing: true")
    shop.run("test", "--junit", file, status=1)
    [*errors] = ET.parse(file).getroot().iter("error")
    assert {each.attrib["message"] for each in errors} == {'There is no "runing" in "expect".'}


def test_a_report_that_cannot_be_written(shop: Shop) -> None:
    file = shop.folder / "autoflow.yaml" / "tests.xml"
    result = shop.run("test", "--junit", file, status=1)
    assert result.stdout.endswith("2 passed\n")
    assert result.stderr == f"The report cannot be written to {file}: File exists.\n"
