from communications.handover import _dotted


def test_lines_end_as_on_the_wire_and_leading_dots_are_doubled() -> None:
    content = b"Subject: x\n\n.hidden\r\nlast.\n"
    assert _dotted(content) == b"Subject: x\r\n\r\n..hidden\r\nlast.\r\n.\r\n"
