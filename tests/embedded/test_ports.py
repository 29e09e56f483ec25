"""A port that cannot be used is one sentence that says what to do."""

import socket

import pytest

from deploy_portal.embedded import ports, sample
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


def test_a_taken_default_gives_way_to_a_free_port(taken_port: int) -> None:
    with ports.listen_somewhere({}, "SAMPLE_PORT", taken_port, "the sample service") as found:
        assert found.getsockname()[0] == "127.0.0.1"
        assert found.getsockname()[1] != taken_port


def test_a_taken_port_that_was_asked_for_is_said(taken_port: int) -> None:
    with pytest.raises(Problem, match="for the sample service cannot be used"):
        ports.listen_somewhere(
            {"SAMPLE_PORT": str(taken_port)}, "SAMPLE_PORT", 8090, "the sample service"
        )


def test_without_the_demo_there_is_no_sample() -> None:
    assert sample.take_ports({"PORTAL_DEMO": "0"}) == {}


@pytest.mark.parametrize("given", ["no", "0", "65536", "-1"])
def test_what_is_no_port_is_refused(given: str) -> None:
    with pytest.raises(Problem, match="is no port number"):
        ports.listen({"SMTP_PORT": given}, "SMTP_PORT", 1025, "catching mails")
