from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.post.channels.fake_endpoint import Endpoint, Serve, serving


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def started(*answers: object, tls: ssl.SSLContext | None = None) -> Endpoint:
            return stack.enter_context(serving(Endpoint(*answers), tls))  # type: ignore[arg-type]

        yield started
