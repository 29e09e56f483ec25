from communications.sending.handover import _answered, _dotted


def test_lines_end_as_on_the_wire_and_leading_dots_are_doubled() -> None:
    content = b"Subject: x\n\n.hidden\r\nlast.\n"
    assert _dotted(content) == b"Subject: x\r\n\r\n..hidden\r\nlast.\r\n.\r\n"


def test_answer_of_a_server_is_kept_on_one_line_without_control_characters() -> None:
    said = _answered(550, b"5.1.1 no\x00 such user\r\n5.1.1 \xff ask\x1b[31m them").said
    assert said == "550 5.1.1 no such user 5.1.1 \ufffd ask [31m them"
    assert _answered(99, b"\x00?").said == "The server's answer makes no sense: 99 ?"
