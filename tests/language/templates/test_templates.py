from __future__ import annotations

import subprocess
import sys

import pytest

from autoflow.language.templates.templates import (
    Template,
    TemplateProblem,
    email_names,
    read_template,
    template_problems,
    unknown_names,
)

LAYOUT = """<html><head></head><body>
{% block body %}{% endblock %}
{% block footer %}<a href="{{ unsubscribe_url }}">Unsubscribe</a>{% endblock %}
{{ sender.postal_address }}
</body></html>
"""
WELCOME = """---
subject: "{{ contact.first_name | default('Hello') }}, welcome"   # a remark
preheader: Good to have you
class: transactional
topic: news
---
{% extends "_layout.html" %}
{% block body %}<p>{{ event.total | money }}</p>{% endblock %}
"""


def mail(body: str, subject: str = "Hello", **files: str) -> dict[str, str]:
    others = {name.replace("__", "."): text for name, text in files.items()}
    return {"a.html": f"---\nsubject: {subject}\n---\n{body}", **others}


def read(body: str, **files: str) -> Template:
    return read_template("a", mail(body, **files))


def problems(body: str, **files: str) -> list[str]:
    return [str(problem) for problem in template_problems("a", mail(body, **files))]


def test_a_template_with_its_layout() -> None:
    template = read_template("welcome", {"welcome.html": WELCOME, "_layout.html": LAYOUT})
    assert template.subject == "{{ contact.first_name | default('Hello') }}, welcome"
    assert (template.preheader, template.klass, template.topic) == (
        "Good to have you",
        "transactional",
        "news",
    )
    assert template.html.startswith("{% extends")
    assert template.text is None
    assert template.reads == {"contact.first_name", "event.total", "unsubscribe_url", "sender.postal_address"}
    assert unknown_names(template) == []


def test_marketing_is_the_default_class() -> None:
    assert read("").klass == "marketing"


def test_the_version_follows_whatever_the_mail_depends_on() -> None:
    sources = {"welcome.html": WELCOME, "_layout.html": LAYOUT, "welcome.txt": "Hi"}
    version = read_template("welcome", sources).version
    assert read_template("welcome", {**sources, "other.html": "x", "_other.html": "y"}).version == version
    for name, text in sources.items():
        assert read_template("welcome", {**sources, name: text + " "}).version != version
    without_text = {name: text for name, text in sources.items() if name != "welcome.txt"}
    assert read_template("welcome", without_text).version != version


def test_line_endings_of_another_system_change_nothing() -> None:
    unix = read_template("welcome", {"welcome.html": WELCOME, "_layout.html": LAYOUT})
    windows = {"welcome.html": "\ufeff" + WELCOME.replace("\n", "\r\n"), "_layout.html": LAYOUT}
    assert read_template("welcome", windows) == unix


@pytest.mark.parametrize(
    ("body", "reads"),
    [
        ("{{ contact.address.city }}", {"contact.address.city"}),
        ("{{ contact['first_name'] }}", {"contact.first_name"}),
        ("{{ contact['a.b'] }}", {"contact"}),
        ("{% for key in ['a'] %}{{ contact[key] }}{% endfor %}", {"contact"}),
        ("{{ contact }}{{ contact.email }}", {"contact"}),
        ("{{ contact.email.endswith('x') }}", {"contact.email"}),
        ("{{ event.lines[0].name }}", {"event.lines"}),
        ("{% for line in event.lines %}{{ line.name }}{{ loop.index }}{% endfor %}", {"event.lines"}),
        ("{% set c = contact %}{{ c.email }}", {"contact"}),
        ("{% with e = event.total %}{{ e }}{% endwith %}", {"event.total"}),
        ("{% if 'vip' in segments and contact.plan is defined %}x{% endif %}", {"segments", "contact.plan"}),
        (
            "{% macro m(a, b=event.x) %}{{ a }}{{ contact.y }}{% endmacro %}{{ m(1) }}",
            {"event.x", "contact.y"},
        ),
        ("{% set t %}{{ now | date }}{% endset %}{{ t }}", {"now"}),
        ("{% call(x) m() %}{{ x }}{% endcall %}{% macro m() %}{{ caller(tags) }}{% endmacro %}", {"tags"}),
    ],
)
def test_what_a_template_reads(body: str, reads: set[str]) -> None:
    template = read(body)
    assert template.reads == reads
    if "call(x)" not in body:
        assert unknown_names(template) == []


def test_the_text_part_subject_and_preheader_are_read_as_well() -> None:
    sources = mail("", subject="'{{ event.a }}'\npreheader: '{{ event.b }}'", a__txt="{{ event.c }}")
    assert read_template("a", sources).reads == {"event.a", "event.b", "event.c"}


def test_a_block_that_is_written_over_is_not_read() -> None:
    body = '{% extends "_layout.html" %}{% block footer %}bye{% endblock %}'
    assert "unsubscribe_url" not in read(body, _layout__html=LAYOUT).reads
    kept = body.replace("bye", "bye {{ super() }}")
    assert "unsubscribe_url" in read(kept, _layout__html=LAYOUT).reads


def test_a_part_sees_the_names_of_where_it_is_included() -> None:
    body = '{% for line in event.lines %}{% include "_line.html" %}{% endfor %}'
    template = read(body, _line__html="{{ line.name }}\n  {{ lin.price }}")
    assert template.reads == {"event.lines"}
    assert [tuple(name) for name in unknown_names(template)] == [("lin", 2, 6, "templates/_line.html")]


def test_unknown_names_have_their_place() -> None:
    template = read(
        "<p>\n  {{ conatct.first_name }} {{ line }}\n{% for line in tags %}{{ line }}{% endfor %}"
    )
    assert [tuple(name) for name in unknown_names(template)] == [
        ("conatct", 5, 6, "templates/a.html"),
        ("line", 5, 31, "templates/a.html"),
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<p>Hi</p>", "a.html:1:1: The template has no subject."),
        ("---\npreheader: x\n---\n", "a.html:1:1: The template has no subject."),
        ("---\nsubject: x\n", "a.html:1:1: The first lines are not closed."),
        ("---\nsubject: {{ contact.x }}\n---\n", 'Put quotes around it: "{{ contact.x }}"'),
        ("---\nsubject: x\nsubject: y\n---\n", 'a.html:3:1: "subject" stands here twice.'),
        ("---\nsubject: x\nsubjct: y\n---\n", 'a.html:3:1: There is no "subjct" in a template.'),
        (
            "---\nsubject: x\nclass: newsletter\n---\n",
            'a.html:3:8: "class" is marketing or transactional, not "newsletter".',
        ),
        ("---\nsubject: [x]\n---\n", 'a.html:2:10: A value cannot begin with "[" without quotes.'),
        (
            "---\nsubject: &a x\npreheader: *a\n---\n",
            'a.html:2:10: A value cannot begin with "&" without quotes.',
        ),
        ("---\nsubject: !!python/object:os.system x\n---\n", 'A value cannot begin with "!" without quotes.'),
        ("---\nsubject: |\n  a\n  b\n---\n", "a.html:2:1: The subject must be one line."),
        ("---\nsubject: x: y\n---\n", "a.html:2:10: A colon followed by a space stands inside this value."),
        ("---\n" + "- [" * 2000 + "\n---\n", "a.html:2:1: These lines cannot be read as fields with values."),
        ("---\njust text\n---\n", "a.html:2:1: These lines cannot be read as fields with values."),
        ("---\nsubject: x\n" + "#" * 9000 + "\n---\n", "a.html:2:1: The front matter is longer"),
        ("---\nsubject: 'x {{ contact.first_name '\n---\n", 'a.html:2:1: "}}" is missing.'),
    ],
)
def test_mistakes_in_the_front_matter(source: str, said: str) -> None:
    found = [str(problem) for problem in template_problems("a", {"a.html": source})]
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("\n{% if contact.x %}", 'a.html:5:4: "if" has no end.'),
        ("\n{{ contact.x | uper }}", 'a.html:5:16: There is no filter called "uper". Did you mean "upper"'),
        ("{{ contact.x | safe }}", 'There is no filter called "safe".'),
        ("{{ 'x' | random }}", 'There is no filter called "random".'),
        (
            "{% if contact is definde %}{% endif %}",
            'There is no test called "definde". Did you mean "defined"?',
        ),
        ("{% autoescape false %}{{ contact.x }}{% endautoescape %}", "Escaping cannot be switched here"),
        ("{% set contact = 1 %}", '"contact" is given to the template and cannot be set.'),
        ("{% for x in tags recursive %}{{ loop(x) }}{% endfor %}", "A loop cannot be recursive here."),
        ("{% include contact.x %}", "Which template is used must not depend on a value."),
        ("{% include '_part.txt' %}", "A .html template can use only .html templates."),
        ("{% extends '_lay.html' %}", 'There is no file "templates/_lay.html". Did you mean "_layout.html"?'),
        ("{% include '../secret.html' %}", 'There is no file "templates/../secret.html".'),
        ("{% include 'a.html' %}", '"a.html" uses itself.'),
        ("{% include '_circle.html' %}", '"_circle.html" uses itself.'),
        ("{% block b %}{% endblock %}{% block b %}{% endblock %}", 'There are two blocks called "b".'),
        ("{% from '_macro.html' import m %}{{ m() }}", 'reads "contact.x", which it does not see'),
        ("{% include '_d1.html' %}", "The template uses more than 200 others."),
        ("x" * 500_001, "The file is longer than 500,000 characters."),
        ("{% include '_front.html' %}", "templates/_front.html:1:1: A layout has no front matter."),
    ],
)
def test_mistakes_in_the_body(body: str, said: str) -> None:
    doubling = {f"_d{n}__html": f"{{% include '_d{n + 1}.html' %}}" * 2 for n in range(1, 9)}
    found = problems(
        body,
        _layout__html="",
        _part__txt="",
        _circle__html="{% include '_circle.html' %}",
        _macro__html="{% macro m() %}{{ contact.x }}{% endmacro %}",
        _front__html="---\nsubject: x\n---\n",
        _d9__html="",
        **doubling,
    )
    assert any(said in problem for problem in found), found


def test_all_mistakes_at_once_and_the_first_one_raised() -> None:
    sources = mail("{{ 1 | nope }}\n{% set tags = 1 %}", subject="x\ncolour: red", a__txt="{{ 2 | nope }}")
    found = template_problems("a", sources)
    assert [(problem.file, problem.line) for problem in found] == [
        ("templates/a.html", 3),
        ("templates/a.html", 5),
        ("templates/a.html", 6),
        ("templates/a.txt", 1),
    ]
    with pytest.raises(TemplateProblem, match="colour") as raised:
        read_template("a", sources)
    assert raised.value.as_problem().line == 3


def test_a_template_that_is_not_there() -> None:
    sources = {"welcome.html": WELCOME, "old.mjml": "<mjml>", "_layout.html": LAYOUT}
    assert 'Did you mean "welcome"?' in str(template_problems("welcom", sources)[0])
    assert "MJML" in str(template_problems("old", sources)[0])
    assert "no name for a template" in str(template_problems("../etc/passwd", sources)[0])
    assert email_names(sources) == ["welcome"]


def test_reading_templates_imports_neither_the_store_nor_what_renders() -> None:
    code = (
        "import sys, autoflow.language.templates.templates; heavy = {'sqlalchemy', 'sqlmodel', 'css_inline', "
        "'inscriptis', 'lxml', 'pydantic', 'asyncio'} & set(sys.modules); sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
