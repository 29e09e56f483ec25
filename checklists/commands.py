"""Commands as one text: fenced blocks as in Markdown, or plain lines for a single one."""

import re

FENCE = re.compile(
    r"^```[ \t]*(?P<language>[\w+#.-]*)[ \t]*\n(?P<text>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL
)
Command = dict[str, str]


def as_text(commands: list[Command]) -> str:
    if len(commands) == 1 and not commands[0].get("language") and "```" not in commands[0]["text"]:
        return commands[0]["text"]
    return "\n".join(f"```{one.get('language', '')}\n{one['text']}\n```" for one in commands)


def from_text(text: str) -> list[Command]:
    """The commands that the text says; a text without fences is one command."""
    said = text.replace("\r\n", "\n").strip("\n")
    fenced = list(FENCE.finditer(said + "\n"))
    if not fenced:
        return [{"language": "", "text": said}] if said.strip() else []
    found: list[Command] = []
    end = 0
    for block in fenced:
        found += from_text(said[end : block.start()])
        found.append({"language": block["language"], "text": block["text"].rstrip("\n")})
        end = block.end()
    return [*found, *from_text(said[end:])]
