from hypothesis import given
from hypothesis import strategies as st

from deploy_portal.live import rows

PANEL = (
    '<section id="p"><h3 id="s-1">Before <b>{head}</b></h3><ul>'
    '<li class="item" id="i-1">one<ul><li>inner</li></ul></li><li id="i-2">{two}</li></ul>'
    "<p>{foot}</p></section>"
)


def test_only_the_row_that_changed_is_named():
    before = PANEL.format(head="0 of 2", two="open", foot="x")
    after = PANEL.format(head="1 of 2", two="done", foot="x")
    assert rows.changed(before, after) == {
        "s-1": '<h3 id="s-1">Before <b>1 of 2</b></h3>',
        "i-2": '<li id="i-2">done</li>',
    }


def test_a_change_around_the_rows_sends_all():
    before = PANEL.format(head="a", two="b", foot="x")
    assert rows.changed(before, PANEL.format(head="a", two="b", foot="y")) is None


def test_a_row_more_or_in_another_place_sends_all():
    one, two = '<li id="a">1</li>', '<li id="b">2</li>'
    assert rows.changed(one, one + two) is None
    assert rows.changed(one + two, two + one) is None


def test_what_does_not_add_up_is_one_piece():
    for html in [
        '<li id="a">never closed',
        '<li id="a"></li><li id="a"></li>',
        '<li id="a.b"></li>',
    ]:
        assert rows.split(html)[1] == {}
        assert rows.split(html)[0] == html


@given(st.lists(st.sampled_from(['<li id="a">', "</li>", "<li>", '<tr id="b">', "</tr>", "x"])))
def test_nothing_is_ever_lost(parts: list[str]):
    html = "".join(parts)
    rest, found = rows.split(html)
    for name, row in found.items():
        rest = rest.replace(f"\0{name}\0", row)
    assert rest == html
