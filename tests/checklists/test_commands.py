from hypothesis import given
from hypothesis import strategies as st

from checklists.commands import as_text, from_text

lines = st.text(
    st.characters(codec="utf-8", exclude_characters="`\r\n", exclude_categories=["Cc", "Zl", "Zp"]),
    min_size=1,
    max_size=20,
).filter(str.strip)
blocks = st.lists(
    st.fixed_dictionaries(
        {
            "language": st.sampled_from(["", "bash", "sql"]),
            "text": st.lists(lines, min_size=1, max_size=3).map("\n".join),
        }
    ),
    max_size=4,
)


@given(blocks)
def test_what_is_written_is_read_again(commands: list[dict[str, str]]) -> None:
    assert from_text(as_text(commands)) == commands


def test_text_without_fences_is_one_command() -> None:
    assert from_text("make deploy\r\nmake check\r\n") == [
        {"language": "", "text": "make deploy\nmake check"}
    ]


def test_lines_beside_fences_are_commands_too() -> None:
    assert from_text("cd app\n```bash\nmake\n```\nls\n") == [
        {"language": "", "text": "cd app"},
        {"language": "bash", "text": "make"},
        {"language": "", "text": "ls"},
    ]


def test_nothing_is_no_command() -> None:
    assert from_text(" \n\n") == []
