"""`make bench`: every benchmark, one after the other, each in a process of its own."""

import subprocess
import sys

BENCHES = (
    "bench.pages", "bench.signing", "bench.live", "bench.reading", "bench.gates", "bench.messages",
    "bench.watch", "bench.audit",
)  # fmt: skip


def main() -> int:
    failed = 0
    for name in BENCHES:
        print(f"\n{name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", name], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
