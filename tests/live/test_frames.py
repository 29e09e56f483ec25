from deploy_portal.live.frames import personal, shown


def test_every_line_of_a_fragment_is_a_data_line():
    state = shown(7, ["x"], {"x": '<pre id="x-panel">a\r\nb\rc\u2028d</pre>'})
    message = state.message(["x"]).decode()
    head, *lines = message.removesuffix("\n\n").split("\n")
    assert head == f"id: {state.name(['x'])}"
    assert lines == [
        'data: <hx-partial hx-target="#x-panel" hx-swap="outerMorph"><pre id="x-panel">a',
        "data: b",
        "data: c\u2028d</pre></hx-partial>",
    ]


def test_a_change_without_an_event_has_another_name():
    one, other = (shown(7, ["x"], {"x": html}) for html in ("<p>1</p>", "<p>2</p>"))
    assert one.name(["x"]) != other.name(["x"])
    assert other.changed_since(one, ["x"]) == ["x"]
    assert other.changed_since(other, ["x"]) == []
    assert other.changed_since(None, ["x", "unknown"]) == ["x"]


def test_a_fresh_page_is_known_by_its_version_and_an_open_one_by_all_it_saw():
    one, other = (shown(7, ["x"], {"x": html}) for html in ("<p>1</p>", "<p>2</p>"))
    assert other.is_what_was_seen("7", ["x"])
    assert not other.is_what_was_seen(one.name(["x"]), ["x"])
    assert not other.is_what_was_seen("6", ["x"])
    assert not other.is_what_was_seen("", ["x"])


def test_many_pages_spread_their_personal_requests():
    assert personal(1) == b"event: personal\ndata: 2\n\n"
    assert personal(100_000) == b"event: personal\ndata: 3000\n\n"
