"""A changed document beside the plan: what keeps its key, and what is told as a difference."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from approvals.definitions import RuleDefinition
from checklists.definitions import ItemDefinition, SectionDefinition
from gates.definitions import GateDefinition
from intake.reimport.matching import matched
from intake.reimport.partners import partners
from intake.reimport.preview import Preview, preview
from intake.whole import Whole
from monitoring.definitions import TriggerDefinition

TEXTS = ("Back up the database", "Warm the cache", "Tell the support desk")


def plan(*texts: str, keyed: bool = False) -> Whole:
    return Whole(
        sections=[SectionDefinition(["Preparation"])],
        items=[
            ItemDefinition(0, "check", "before", text, key=f"k{place}" if keyed else None)
            for place, text in enumerate(texts)
        ],
    )


def seen(*texts: str, old: Whole | None = None) -> Preview:
    return preview(old or plan(*TEXTS, keyed=True), plan(*texts), from_markdown=True)


def counted(found: Preview) -> tuple[int, int, int]:
    return found.added, found.removed, found.changed


def keys(found: Preview) -> list[str | None]:
    return [one.key for one in found.whole.items]


def test_same_document_differs_in_nothing() -> None:
    found = seen(*TEXTS)
    assert (counted(found), keys(found), list(found.groups)) == ((0, 0, 0), ["k0", "k1", "k2"], [])


def test_line_with_other_words_is_changed_and_keeps_its_key() -> None:
    found = seen(TEXTS[0], "Warm the caches twice", TEXTS[2])
    assert (counted(found), keys(found)) == ((0, 0, 1), ["k0", "k1", "k2"])


def test_line_taken_out_is_removed() -> None:
    found = seen(TEXTS[0], TEXTS[2])
    assert (counted(found), keys(found)) == ((0, 1, 0), ["k0", "k2"])


def test_line_in_the_middle_is_added() -> None:
    found = seen(TEXTS[0], "Rotate every secret", *TEXTS[1:])
    assert (counted(found), keys(found)) == (
        (1, 0, 0),
        ["k0", "rotate-every-secret", "k1", "k2"],
    )


def test_equal_texts_are_paired_in_their_order() -> None:
    old = plan("Check", "Check", "Check", keyed=True)
    assert keys(seen("Check", "Check", old=old)) == ["k0", "k1"]


def test_markdown_keeps_what_was_set_by_hand() -> None:
    old = plan(*TEXTS, keyed=True)
    old = replace(
        old,
        items=[replace(old.items[0], planned_minutes=5, evidence_demanded=True), *old.items[1:]],
        gates=[GateDefinition("Unit tests", kind="http", settings={"url": "https://e.example"},
                              key="unit", unwaivable=True)],
        rules=[RuleDefinition("security", "Security", "Safe", key="s", count=2, order_group=3)],
        triggers=[TriggerDefinition("Errors", mode="automatic", key="e")],
    )  # fmt: skip
    new = replace(
        plan(*TEXTS),
        gates=[GateDefinition("Unit tests", key="unit-tests")],
        rules=[RuleDefinition("security", "Security", "Safe")],
        triggers=[TriggerDefinition("Errors")],
    )
    assert matched(old, new, from_markdown=True) == old
    assert matched(old, new, from_markdown=False).rules[0].count == 1


@given(st.lists(st.sampled_from("abcdef")), st.lists(st.sampled_from("abcdef")))
def test_each_old_one_is_used_once_and_equal_ones_always_pair(
    old: list[str], new: list[str]
) -> None:
    found = partners(old, new, [lambda one: one])
    used = [at for at in found if at is not None]
    assert len(used) == len(set(used))
    assert len(used) == sum(min(old.count(one), new.count(one)) for one in set(old))
    assert all(old[at] == one for one, at in zip(new, found, strict=True) if at is not None)
