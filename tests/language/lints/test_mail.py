"""Marketing mail that some cannot unsubscribe from, and templates that read inside of what has no inside."""

from __future__ import annotations

import pytest

from tests.language.small import told, workspace

LINK = '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'
PRO = "{% if contact.plan == 'pro' %}"
ATTIC = {
    "templates/_foot.html": LINK,
    "templates/_page.html": f"{{% block body %}}{{% endblock %}}{{% block foot %}}{LINK}{{% endblock %}}",
    "templates/_lists.html": f"{{% macro foot() %}}{LINK}{{% endmacro %}}",
}
SET = "{% set link = unsubscribe_url %}"


def found(body: str, subject: str = "x", text: str = "") -> list[tuple[str, str]]:
    files = {"templates/welcome.html": f'---\nsubject: "{subject}"\n---\n{body}\n', **ATTIC}
    files |= {"templates/welcome.txt": text} if text else {}
    return [(each.code, each.message) for each in workspace(files).problems]


@pytest.mark.parametrize(
    "body",
    [
        f"<p>x</p>{LINK}",
        f"{PRO}<p>x</p>{{% endif %}}{LINK}",
        f"{PRO}{LINK}{{% else %}}Nicht mehr: {LINK}{{% endif %}}",
        f"{PRO}{LINK}{{% elif contact.plan %}}{LINK}{{% else %}}{PRO}{LINK}{{% else %}}{LINK}"
        + "{% endif %}" * 2,
        f"{{% if unsubscribe_url %}}{LINK}{{% endif %}}",
        '{% include "_foot.html" %}',
        '{% extends "_page.html" %}{% block body %}x{% endblock %}',
        f'{{% extends "_page.html" %}}{{% block foot %}}{LINK}{{% endblock %}}',
        '{% extends "_page.html" %}{% block foot %}{{ super() }}{% endblock %}',
        f"{SET}<a href='{{{{ link }}}}'>x</a>",
    ],
)
def test_everybody_can_unsubscribe(body: str) -> None:
    assert [each for each in found(body) if each[0] == "unsubscribe-missing"] == []


@pytest.mark.parametrize(
    "body",
    [
        "<p>x</p>",
        f"<p>x</p><!-- {LINK} -->",
        f"<p>x</p>{{# {LINK} #}}",
        '{% extends "_page.html" %}{% block foot %}{% endblock %}',
        '<a href="https://shop.example/unsubscribe">Unsubscribe</a>',
    ],
)
def test_nobody_can(body: str) -> None:
    assert found(body, "{{ unsubscribe_url }}") == [
        ("unsubscribe-missing", "This marketing mail has no unsubscribe link.")
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"{PRO}{LINK}{{% endif %}}",
        f"{PRO}{LINK}{{% elif contact.plan %}}{LINK}{{% endif %}}",
        f"{PRO}{LINK}{{% else %}}{PRO}{LINK}{{% endif %}}{{% endif %}}",
        f"{PRO}x{{% else %}}{LINK}{{% endif %}}",
        f"{{% for tag in tags %}}{LINK}{{% endfor %}}",
        f'{PRO}{{% include "_foot.html" %}}{{% endif %}}',
        f'{{% extends "_page.html" %}}{{% block foot %}}{PRO}{LINK}{{% endif %}}{{% endblock %}}',
    ],
)
def test_some_can(body: str) -> None:
    assert found(body) == [
        ("unsubscribe-missing", "Some get this marketing mail without the unsubscribe link.")
    ]


def test_the_place_of_the_link_is_shown() -> None:
    body = f"<p>x</p>\n{PRO}{LINK}{{% endif %}}"
    assert told({"templates/welcome.html": f"---\nsubject: x\n---\n{body}\n"}) == (
        "templates/welcome.html:5:43: warning: Some get this marketing mail without the unsubscribe link.\n"
        "    5 | {% if contact.plan == 'pro' %}<a href=\"{{ unsubscribe_url }}\">Unsubscribe</a>{% endif %}\n"
        "      |                                           ^^^^^^^^^^^^^^^\n"
        "      Put it outside of {% if … %} and {% for … %}, or into each of the ways.\n"
    )


def test_the_text_part_is_looked_at_by_itself() -> None:
    text = "{% if contact.plan %}{{ unsubscribe_url }}{% endif %}"
    assert [said for _, said in found(LINK, text=text)] == [
        "Some get the text part of this marketing mail without the unsubscribe link."
    ]


@pytest.mark.parametrize(
    ("read", "said", "fix"),
    [
        ("sender.nmae", 'There is no "sender.nmae".', "It has name, email and postal_address."),
        ("segments.vip", 'There is no "segments.vip".', 'It is a list of names: write "vip" in segments.'),
        ("tags['a b']", 'There is no "tags.a b".', 'It is a list of names: write "a b" in tags.'),
        ("recipe.name", 'There is no "recipe.name".', "Write {{ recipe }}, which is its name."),
        ("now.year", 'There is no "now.year".', 'Write {{ now | date("%-d %B %Y") }}, for example.'),
    ],
)
def test_what_has_no_such_part(read: str, said: str, fix: str) -> None:
    files = {"templates/welcome.html": f"---\nsubject: x\n---\n{{% if {read} %}}x{{% endif %}} {LINK}\n"}
    [problem] = workspace(files).problems
    assert (problem.code, problem.message, problem.fix) == ("unknown-variable", said, fix)
    assert (problem.line, problem.column) == (4, 7)


@pytest.mark.parametrize(
    "read",
    ["sender.name", "recipe", "'vip' in segments", "now | date('%Y')", "recipe.upper()", "tags | length"],
)
def test_what_has_it(read: str) -> None:
    assert found(f"{{{{ {read} }}}} {LINK}") == []


def test_a_name_in_square_brackets_is_found_at_its_place() -> None:
    files = {"templates/welcome.html": f"---\nsubject: x\n---\n{{{{ contact['frist_name'] }}}} {LINK}\n"}
    [problem] = workspace(files).problems
    assert (problem.code, problem.line, problem.column) == ("unknown-variable", 4, 4)
