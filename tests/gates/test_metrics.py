"""Which metric a name means, however a document spells it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gates.metrics import keyed, meant, names_of, spelled


@dataclass(frozen=True)
class One:
    key: str
    title: str
    aliases: tuple[str, ...] = ()


NAMES = names_of(
    [
        One("cache_hit_rate", "Cache hit rate", ("Trefferquote", "Taux de succès")),
        One("latency", "Response time (p95)"),
    ]
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("cache_hit_rate", "cache_hit_rate"),
        ("Cache-Hit Rate", "cache_hit_rate"),
        ("TREFFERQUOTE", "cache_hit_rate"),
        ("taux_de_succes", "cache_hit_rate"),
        ("response_time_p95", "latency"),
        ("hit_rate", None),
        ("", None),
    ],
)
def test_name_means_a_metric_by_key_title_or_alias(name: str, key: str | None) -> None:
    assert meant(name, NAMES) == key


def test_key_outdoes_the_title_of_another() -> None:
    names = names_of([One("errors", "Latency"), One("latency", "How long")])
    assert (meant("latency", names), meant("Latency", names)) == ("latency", "latency")


@pytest.mark.parametrize(
    ("condition", "becomes"),
    [
        ("trefferquote > 85 % for 5 min", "cache_hit_rate > 85 % for 5 min"),
        ("response_time_p95 p99 < 20 ms within 1 h of t0", "latency p99 < 20 ms within 1 h of t0"),
        ("latency<200ms", "latency<200ms"),
        ("errors == 0", "errors == 0"),
        ("no condition", "no condition"),
        ("", ""),
    ],
)  # fmt: skip
def test_condition_names_the_key_and_keeps_everything_else(condition: str, becomes: str) -> None:
    assert keyed(condition, NAMES) == becomes


@pytest.mark.parametrize(
    ("name", "said"), [("Größe", "grosse"), ("Ünïcode--key", "unicode_key"), ("№ 5 %", "no_5")]
)
def test_spelling_drops_case_accents_and_separators(name: str, said: str) -> None:
    assert spelled(name) == said
