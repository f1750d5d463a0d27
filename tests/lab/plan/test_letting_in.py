from __future__ import annotations

import pytest

from autoflow.lab.plan.letting_in import Pace, read_pace
from autoflow.model.durations import DAY
from autoflow.model.problems import AutoflowError


@pytest.mark.parametrize(
    ("text", "most", "micros"),
    [
        ("500 per day", 500, DAY),
        ("1 per 7 days", 1, 7 * DAY),
        ("20 an hour", 20, DAY // 24),
        (" 3 per 90 minutes ", 3, DAY // 16),
        ("2 times per week", 2, 7 * DAY),
    ],
)
def test_a_pace(text: str, most: int, micros: int) -> None:
    found = read_pace(text)
    assert (found.most, found.micros, found.text) == (most, micros, text.strip())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fast", 'A pace says how many in which time, not "fast".'),
        ("0 per day", 'A pace says how many in which time, not "0 per day".'),
        ("5 per fortnight", 'The pace cannot be read: "1 fortnight" is not a duration such as'),
        ("5 per month", "A pace goes by weeks, days, hours or minutes."),
        ("5 per 0 days", "A pace goes by weeks, days, hours or minutes."),
    ],
)
def test_what_is_no_pace(text: str, told: str) -> None:
    with pytest.raises(AutoflowError) as error:
        read_pace(text)
    assert error.value.message.startswith(told)
    assert error.value.fix == 'For example --pace "500 per day".'


def test_no_stretch_of_its_length_holds_more_than_it_says() -> None:
    pace = Pace(7, DAY, "7 per day")
    instants = [pace.instant(place, 1_000) for place in range(50)]
    assert instants[0] == 1_000
    for start in instants:
        assert sum(start <= at < start + DAY for at in instants) <= 7
    assert instants[7] == 1_000 + DAY
