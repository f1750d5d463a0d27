"""`python -m bench [--quick] [PART…]`: every figure beside its floor and its target, in one run."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench import answers, building, change, forecast, mails, replay, throughput, waits, watching, year


class Line(NamedTuple):
    """One figure. `ratio` is that to the floor; `target` is written as it was set."""

    what: str
    figure: str
    floor: str = ""
    ratio: str = ""
    target: str = ""


def _throughput(folder: Path, *, quick: bool) -> Iterator[Line]:
    contacts, events = (20_000, 10_000) if quick else (1_000_000, 200_000)
    targets = {"heavy": "ratio ≥ 0.20", "light": "ratio ≥ 0.45"}
    found = throughput.measure(folder, contacts, events)
    for (what, ours, ratio), (_, raw, _) in zip(found[::2], found[1::2], strict=True):
        target = targets[what.rpartition(" ")[2]]
        yield Line(
            f"{what}, {contacts:,} contacts", f"{ours:,.0f} events/s", f"{raw:,.0f}", f"{ratio:.2f}", target
        )


def _change(folder: Path, *, quick: bool) -> Iterator[Line]:
    for pair in change.measure(folder, quick=quick):
        steps, rows = pair.ratios
        yield Line(
            pair.what,
            f"{pair.large.steps:,} steps, {pair.large.rows} rows",
            f"{pair.small.steps}, {pair.small.rows}",
            f"{steps:.3f}, {rows:.3f}",
            f"ratio 1 ± {change.TOLERANCE:.2f}",
        )


def _waits(folder: Path, *, quick: bool) -> Iterator[Line]:
    count = 5_000 if quick else 100_000
    ours, raw = waits.measure(folder, count)
    what = f"{count:,} due waits"
    yield Line(what, f"{ours:,.0f} steps/s", f"{raw:,.0f}", f"{ours / raw:.2f}", "≥ 10,000 steps/s")


def _mails(folder: Path, *, quick: bool) -> Iterator[Line]:
    count, seconds = (300, 4) if quick else (2_000, 30)
    with mails.daemon(folder, contacts=count) as running:
        rate = mails.burst(running, count, contacts=count)
        yield Line(
            f"event → mail in a sink, {count:,} at once", f"{rate:,.0f} mails/s", target="≥ 500 mails/s"
        )
        latency = mails.one_by_one(running, seconds, contacts=count)
    yield Line("event → mail at 5 events/s, p50", f"{latency.p50 * 1000:,.1f} ms")
    yield Line("event → mail at 5 events/s, p99", f"{latency.p99 * 1000:,.1f} ms")


def _simulate(folder: Path, *, quick: bool) -> Iterator[Line]:
    took = replay.simulate(folder, times=1 if quick else 3)
    what = "simulate the retail year, from the shell"
    if took is None:
        yield Line(what, "skipped: ../shared/data is absent", target="≤ 5 s")
    else:
        yield Line(what, f"{took:.2f} s", target="≤ 5 s")


def _check(folder: Path, *, quick: bool) -> Iterator[Line]:
    took, nothing = replay.check(folder, times=3 if quick else 7)
    ratio = f"{took / nothing:.1f}"
    yield Line(
        "check the shipped workspace, from the shell", f"{took:.2f} s", f"{nothing:.2f}", ratio, "≤ 0.3 s"
    )
    recipes, segments = 500, 50
    took = replay.check_many(folder.parent / "many", recipes, segments, times=3)
    what = f"check {recipes} recipes and {segments} segments, from the shell"
    yield Line(what, f"{took:.2f} s", target="≤ 2 s")


def _building(folder: Path, *, quick: bool) -> Iterator[Line]:
    contacts, events, count = (5_000, 50_000, 8_000) if quick else (100_000, 1_000_000, 40_000)
    people = f"{contacts:,} contacts, {events:,} events"
    for each in building.measure(folder / "alone", contacts, events):
        figure = f"{each.seconds:,.2f} s, {each.grown / 1e6:+,.0f} MB"
        ratio = f"{each.seconds / each.floor:.1f}"
        yield Line(f"a segment of {each.what}", figure, f"{each.floor:.2f} s", ratio, "ratio ≤ 3")
    found = building.measure_ticks(folder / "meanwhile", contacts, events, count)
    figure = f"{found.meanwhile:,.0f} events/s"
    yield Line(
        f"ticks meanwhile, {people}", figure, f"{found.alone:,.0f}", f"{found.share:.2f}", "ratio ≥ 0.5"
    )


def _year(folder: Path, *, quick: bool) -> Iterator[Line]:
    contacts, events = (2_000, 100_000) if quick else (100_000, 5_000_000)
    found = year.measure(folder, contacts, events)
    what = f"simulate a year, {contacts:,} contacts, {events:,} events"
    ratio, memory = f"{found.seconds / found.floor:.1f}", f"{found.memory / 1e6:,.0f} MB"
    yield Line(what, f"{found.seconds:,.1f} s, {memory}", f"{found.floor:.1f} s", ratio, "≤ 120 s, ≤ 1 GB")


def _watch(folder: Path, *, quick: bool) -> Iterator[Line]:
    for shown in watching.measure(folder, 2 if quick else 20):
        figure = f"{shown.median:.2f} s, at most {shown.longest:.2f}"
        yield Line(f"a mistake shown after the save, {shown.command}", figure, target="≤ 0.5 s")


def _answers(folder: Path, *, quick: bool) -> Iterator[Line]:
    contacts, times = (10_000, 1) if quick else (1_000_000, 7)
    answers.make(folder, contacts)
    for each in answers.measure(folder, contacts, times):
        ratio = f"{each.took / each.floor:.1f}"
        what = f"{each.what}, {contacts:,} contacts"
        yield Line(what, f"{each.took:.2f} s", f"{each.floor:.2f}", ratio, "≤ 1 s")


def _forecast(folder: Path, *, quick: bool) -> Iterator[Line]:
    contacts, weeks = (200, 2) if quick else (2_000, forecast.WEEKS)
    for name in ("demo", "retail"):
        found = list(forecast.measure(folder / name, name, contacts, weeks))
        if not found:
            yield Line(f"{name}: forecast of a week", "skipped: ../shared/data is absent")
        for each in found:
            share = f"{each.mean / each.actual:.0%}"
            figure = f"±{each.mean:,.1f} of {each.actual:,.1f}, {share}, worst {each.worst:,.0f}"
            ratio = f"{each.mean / each.floor:.2f}" if each.floor else ""
            yield Line(
                f"{name}: {each.what}, in the range {each.within} of {weeks}",
                figure,
                f"±{each.floor:,.1f}",
                ratio,
            )


PARTS: dict[str, Callable[..., Iterator[Line]]] = {
    "throughput": _throughput,
    "change": _change,
    "waits": _waits,
    "building": _building,
    "mails": _mails,
    "simulate": _simulate,
    "forecast": _forecast,
    "year": _year,
    "check": _check,
    "watch": _watch,
    "answers": _answers,
}
_WIDTHS = (56, 24, 10, 14)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--quick", action="store_true", help="small sizes: to see that it works, not how fast"
    )
    parser.add_argument("--folder", type=Path, help="where the stores are made (default: the system's)")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: choose from {', '.join(PARTS)}")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # whoever uses autoflow has its bytecode on disk
    begun = time.perf_counter()
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores,"
        f" load {os.getloadavg()[0]:.1f}{', quick: the figures mean little' if asked.quick else ''}"
    )
    _tell(Line("what", "figure", "floor", "ratio", "target"))
    for name in asked.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix=f"autoflow-bench-{name}-", dir=asked.folder) as folder:
            for line in PARTS[name](Path(folder) / "workspace", quick=asked.quick):
                _tell(line)
    print(f"Took {time.perf_counter() - begun:,.0f} s.")


def _tell(line: Line) -> None:
    cells = [cell.ljust(width) for cell, width in zip(line, _WIDTHS, strict=False)]
    print("  ".join([*cells, line.target]).rstrip(), flush=True)


if __name__ == "__main__":
    main()
