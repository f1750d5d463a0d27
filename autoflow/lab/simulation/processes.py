"""Work over ranges of contacts, in this process or in several, added up with the same result."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Protocol, Self, TypeVar


class Sum(Protocol):
    """What can be added up, in any order."""

    def add(self, other: Self) -> None:
        """Count these as well."""


class Worker(Protocol):
    """Works on a range of contacts; gives a `Sum`."""

    def work(self, contacts: range) -> Any:
        """What came of these contacts."""


S = TypeVar("S", bound=Sum)
Progress = Callable[[int, int], None]


def summed(
    total: S,
    make: Callable[[], Worker],
    batches: Sequence[range],
    *,
    processes: int = 1,
    progress: Progress | None = None,
) -> S:
    """What came of all batches, added to `total`.

    `make` makes the worker, in each process its own, so it must be such as can be sent there. Interrupted, the others
    end with what they have in hand, and nothing is left.
    """
    if processes <= 1:
        _add(total, map(make().work, batches), batches, progress)
        return total
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(processes, context, _begin, (make,))
    try:
        _add(total, executor.map(_work, batches), batches, progress)
    finally:
        executor.shutdown(cancel_futures=True)
    return total


def _add(total: S, parts: Iterable[S], batches: Sequence[range], progress: Progress | None) -> None:
    for contacts, part in zip(batches, parts, strict=True):
        total.add(part)
        if progress is not None:
            progress(contacts.stop - 1, batches[-1].stop - 1)


_worker: list[Worker] = []


def _begin(make: Callable[[], Worker]) -> None:
    """Make this process's own worker; who interrupts is heard by the process that began."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker[:] = [make()]


def _work(contacts: range) -> Any:
    return _worker[0].work(contacts)
