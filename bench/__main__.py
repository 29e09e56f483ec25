"""`make bench`: every benchmark, one after the other, each in a process of its own."""

import os
import subprocess
import sys

BENCHES = (
    "bench.pages", "bench.signing", "bench.live", "bench.reading", "bench.gates", "bench.messages",
    "bench.watch", "bench.audit", "bench.home", "bench.setup",
)  # fmt: skip
SERVICES = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY"}


def main() -> int:
    failed = 0
    for name in BENCHES:
        print(f"\n{name}", flush=True)
        command = [sys.executable, "-m", name]
        failed += subprocess.run(command, env=environment_of(name), check=False).returncode != 0
    return failed


def environment_of(name: str) -> dict[str, str]:
    """What `bench.setup` measures starts services of its own: it is told of none."""
    given = {} if name == "bench.setup" else SERVICES
    return {key: value for key, value in os.environ.items() if key in given or key not in SERVICES}


if __name__ == "__main__":
    sys.exit(main())
