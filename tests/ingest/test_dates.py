from __future__ import annotations

import pytest

from autoflow.ingest.dates import parse_format


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("DD/MM/YYYY HH:mm", "01/03/2026 10:05", "2026-03-01 10:05:00"),
        ("DD/MM/YYYY HH:mm", "1/3/2026  9:05", "2026-03-01 09:05:00"),
        ("MM/DD/YY hh:mm A", "12/31/99 12:30 am", "1999-12-31 00:30:00"),
        ("MM/DD/YY hh:mm A", "12/31/26 12:30 PM", "2026-12-31 12:30:00"),
        ("D.M.YYYY", "6.3.2026", "2026-03-06 00:00:00"),
        ("D MMM YYYY", "6 Sept. 2026", "2026-09-06 00:00:00"),
        ("MMMM D, YYYY", "March 6, 2026", "2026-03-06 00:00:00"),
        ("YYYY-MM-DDTHH:mm:ss", "2026-03-06T10:00:30.5", "2026-03-06 10:00:30"),
    ],
)
def test_forms(form: str, text: str, expected: str) -> None:
    assert str(parse_format(form).read(text)) == expected


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ("HH:mm", "A form of dates has a year, a month and a day."),
        ("DD/MM/YYYY DD", '"DD" says twice what is the day.'),
        ("dd/MM/YYYY", '"d" means nothing in a form of dates; there is YYYY, YY, MMMM,'),
    ],
)
def test_forms_that_are_none(form: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - its text is compared below
        parse_format(form)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize(
    ("form", "text", "reason"),
    [
        ("DD/MM/YYYY", "2026-03-06", '"2026-03-06" is not a date of the form DD/MM/YYYY.'),
        ("DD/MM/YYYY", "31/02/2026", '"31/02/2026" is a day or an hour that does not exist.'),
        ("D MMM YYYY", "6 Foo 2026", '"6 Foo 2026" is a day or an hour that does not exist.'),
        (
            "DD/MM/YYYY hh:mm A",
            "01/02/2026 13:00 PM",
            '"01/02/2026 13:00 PM" is a day or an hour that does not exist.',
        ),
    ],
)
def test_what_does_not_fit(form: str, text: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - its text is compared below
        parse_format(form).read(text)
    assert str(refused.value) == reason
