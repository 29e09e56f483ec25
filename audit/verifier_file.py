"""Where the verifier lies that goes along with every pack."""

from pathlib import Path

VERIFIER = Path(__file__).with_name("verifier.py")
