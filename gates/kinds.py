"""All kinds of gate, each declared once in the file that answers it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from gates.declared import Declared, Probed, Read
from gates.probes import backup, command, git, http, json_value, migrations, prometheus, tls
from gates.readers import (
    cargo_audit,
    cargo_test,
    cobertura,
    grype,
    jacoco,
    junit,
    reported,
    sarif,
    trivy,
)

KINDS: Mapping[str, Declared[Any]] = {
    declared.kind: declared
    for declared in (
        http.KIND,
        tls.KIND,
        prometheus.KIND,
        json_value.KIND,
        migrations.KIND,
        backup.KIND,
        command.KIND,
        git.KIND,
        junit.KIND,
        cargo_test.KIND,
        cobertura.KIND,
        jacoco.KIND,
        sarif.KIND,
        trivy.KIND,
        grype.KIND,
        cargo_audit.KIND,
        reported.KIND,
    )
}
PROBED = frozenset(kind for kind, declared in KINDS.items() if isinstance(declared, Probed))
READ = frozenset(kind for kind, declared in KINDS.items() if isinstance(declared, Read))


def is_runnable(kind: str, settings: Mapping[str, Any]) -> bool:
    """Whether a worker can answer it by itself; a report is fetched where an address is given."""
    return kind in PROBED or (kind in READ and bool(settings.get("url")))


def titles_of_settings() -> dict[str, str]:
    """What each setting is called; of several names the shortest, which holds for every kind."""
    found: dict[str, set[str]] = defaultdict(set)
    for declared in KINDS.values():
        for name, info in declared.settings.model_fields.items():
            found[name].add(info.title or name)
    return {name: min(titles, key=lambda one: (len(one), one)) for name, titles in found.items()}
