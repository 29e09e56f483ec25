"""A port that cannot be used is one sentence that says what to do."""

import socket

import pytest

from deploy_portal.embedded import ports
from deploy_portal.embedded.problem import Problem


def test_a_free_port_is_taken_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    with (
        ports.listen({"PORT": str(number)}, "PORT", 8000, "the portal") as taken,
        socket.create_connection(("127.0.0.1", number)),
    ):
        assert taken.getsockname() == ("127.0.0.1", number)


def test_a_taken_port_names_itself_and_the_way_out(taken_port: int) -> None:
    with pytest.raises(Problem) as caught:
        ports.listen({"PORT": str(taken_port)}, "PORT", 8000, "the portal")
    assert str(caught.value) == (
        f"Port {taken_port} for the portal cannot be used (Address already in use): "
        f"choose another with `make run PORT={taken_port + 1}`."
    )


@pytest.mark.parametrize("given", ["no", "0", "65536", "-1"])
def test_what_is_no_port_is_refused(given: str) -> None:
    with pytest.raises(Problem, match="is no port number"):
        ports.listen({"SMTP_PORT": given}, "SMTP_PORT", 1025, "catching mails")
