"""Loaded before Django: each test process gets a Redis database of its own."""

import os
import re

worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1")
if "REDIS_URL" in os.environ:
    number = int(worker.removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = re.sub(r"db=\d+", f"db={number}", os.environ["REDIS_URL"])
