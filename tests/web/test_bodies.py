"""What reaches a page is whole; what is slow, cut off or too large holds no page thread."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from deploy_portal.bodies import Limits
from tests.web.echoing import Echo, answer, echoing, head, told

LIMITS = Limits(
    most_bytes=3_000_000,
    in_memory=10_000,
    seconds=0.5,
    bytes_a_second=10_000,
    linger_seconds=2,
)


@pytest.fixture(scope="module")
def echo_of_all() -> Iterator[Echo]:
    with echoing(LIMITS) as echo:
        yield echo


@pytest.fixture
def echo(echo_of_all: Echo) -> Echo:
    echo_of_all.lengths.clear()
    return echo_of_all


@pytest.mark.parametrize("size", [0, 1, 10_000, 10_001, 2_999_999, 3_000_000])
def test_a_whole_body_arrives_as_it_was_sent(echo: Echo, size: int) -> None:
    body = bytes(range(251)) * (size // 251 + 1)
    status, said = answer(echo.say(head(size), body[:size]))
    assert (status, told(body[:size]) in said) == (200, True)


def test_a_body_in_chunks_is_read_as_one(echo: Echo) -> None:
    status, said = answer(echo.say(head("chunked"), b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"))
    assert (status, told(b"abcdefg") in said) == (200, True)


@pytest.mark.parametrize("sent", [head(10) + b"half", head(10), head("chunked") + b"4\r\nhalf\r\n"])
def test_what_is_cut_off_reaches_no_page(echo: Echo, sent: bytes) -> None:
    echo.say(sent).close()
    half_closed = echo.say(sent)
    half_closed.shutdown(socket.SHUT_WR)
    half_closed.close()
    # Longer than its time, so nothing of it can come later.
    time.sleep(LIMITS.seconds + 0.1)
    assert answer(echo.say(head(2), b"ok"))[0] == 200
    assert echo.lengths == [2]


def test_more_slow_bodies_than_threads_stop_nobody(echo: Echo) -> None:
    slow = [echo.say(head(1000), b"a") for _ in range(10)]
    assert answer(echo.say(head(2), b"ok"))[0] == 200
    for connection in slow:
        status, said = answer(connection)
        assert status == 408
        assert said == b"The request did not arrive in time; nothing was done."
    assert echo.lengths == [2]


def test_a_large_body_over_a_slow_line_has_longer(echo: Echo) -> None:
    connection = echo.say(head(12_000))
    for _ in range(4):
        connection.sendall(b"x" * 3_000)
        time.sleep(0.2)
    assert answer(connection)[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(head(3_000_001), id="announced"),
        pytest.param(head(3_000_001) + b"x" * 3_000_001, id="sent"),
        pytest.param(
            head("chunked") + b"2dc6c1\r\n" + b"x" * 3_000_001 + b"\r\n0\r\n\r\n", id="chunked"
        ),
    ],
)
def test_a_body_too_large_is_refused_with_a_sentence(echo: Echo, sent: bytes) -> None:
    connection = echo.say(sent)
    connection.shutdown(socket.SHUT_WR)
    assert answer(connection) == (413, b"The portal reads no more than 2 MiB at once.")
    assert echo.lengths == []
