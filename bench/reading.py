"""S8: a checklist of 5 MB with 20,000 items is read, and how much memory that takes."""

import resource
import time

from intake.as_json import as_json
from intake.reader import read

ITEMS = 20_000
LARGEST = 5 * 1024 * 1024


def main() -> None:
    text = document()
    began = time.process_time()
    reading = read(text)
    took = time.process_time() - began
    as_json(reading)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert len(reading.items) == ITEMS
    print(f"{len(text.encode()) / 1024**2:.1f} MB, {ITEMS} items")
    print(f"read in {took:.1f} s of processor time (promised: 5)")
    print(f"at most {peak:.0f} MB in memory (promised: 300)")


def document() -> str:
    """Sections of a hundred items each, filled up with words to nearly the largest size."""
    words = "word " * ((LARGEST // ITEMS - 30) // 5)
    items = (f"- [{'x' if n % 3 else ' '}] {n} {words}" for n in range(ITEMS))
    rows = [f"## Part {n // 100}\n{row}" if n % 100 == 0 else row for n, row in enumerate(items)]
    return "# Large\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
