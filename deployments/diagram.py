"""The table of moves as a page: a Mermaid diagram and the same in words."""

from deployments.enums import FINAL, TRANSITIONS

HEAD = """# States of a deployment

Drawn from `deployments/enums.py` by `manage.py state_diagram`; `make check` compares the two.
Nobody assigns a state outside `deployments.services.move`, which asks this table.

```mermaid
stateDiagram-v2
    [*] --> draft
"""


def draw() -> str:
    """The whole page, ending in a newline."""
    arrows = [
        f"    {state.value} --> {following.value}: {', '.join(verbs)}"
        for state, moves in TRANSITIONS.items()
        for following, verbs in moves.items()
    ]
    ends = [f"    {state.value} --> [*]" for state in TRANSITIONS if state in FINAL]
    rows = [
        f"| {state.label} | {', '.join(to.label for to in moves) or 'nothing: it is final'} |"
        for state, moves in TRANSITIONS.items()
    ]
    table = ["| from | may move to |", "|---|---|", *rows]
    return HEAD + "\n".join([*arrows, *ends, "```", "", *table]) + "\n"
