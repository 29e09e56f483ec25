"""Where the settings come from, and what several of them stand on."""

import os
from pathlib import Path

import environ

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000").rstrip("/")
VAR_DIR = Path(env.str("PORTAL_VAR", default=str(BASE_DIR / "var")))
# Where the library that draws the charts of mails keeps its list of fonts, else in the home folder.
os.environ.setdefault("MPLCONFIGDIR", str(VAR_DIR / "cache" / "matplotlib"))
