"""What the portal itself, and no library, asks of its installation."""

from pathlib import Path

from deploy_portal.settings.environment import VAR_DIR, env

PORTAL_DEMO = env.bool("PORTAL_DEMO", default=False)
# Where a worker finds this portal, for the demo's gate on it; unset: at PORTAL_URL.
PORTAL_DEMO_SELF = env.str("PORTAL_DEMO_SELF", default="").rstrip("/")
# Where the demo's sample service is, and a Prometheus that scrapes it (intake/demo_sample.py);
# unset: the demo has no gates on a sample, and the sample answers for Prometheus.
PORTAL_DEMO_SAMPLE = env.str("PORTAL_DEMO_SAMPLE", default="").rstrip("/")
PORTAL_DEMO_PROMETHEUS = env.str("PORTAL_DEMO_PROMETHEUS", default="").rstrip("/")
# Its secured port, and the file of the authority that vouches for it; unset: no TLS gate.
PORTAL_DEMO_SAMPLE_TLS = env.str("PORTAL_DEMO_SAMPLE_TLS", default="").rstrip("/")
PORTAL_DEMO_SAMPLE_AUTHORITY = env.str("PORTAL_DEMO_SAMPLE_AUTHORITY", default="")
PORTAL_TEST_CLOCK = env.bool("PORTAL_TEST_CLOCK", default=False)
# One folder for all web processes, never below what is served as static.
EVIDENCE_DIR = Path(env.str("EVIDENCE_DIR", default=str(VAR_DIR / "evidence")))
# Seconds between two readings of a metric when a watch begins (monitoring/pace.py).
WATCH_PACE = env.int("WATCH_PACE", default=60)
# Folders in which backup gates may look at files (gates/probes/backup.py); unset: none.
PORTAL_BACKUP_FOLDERS = env.list("PORTAL_BACKUP_FOLDERS", default=[])
# The TOML file of commands and repositories that gates may ask (connections/); unset: none.
PORTAL_COMMANDS = env.str("PORTAL_COMMANDS", default="")
# Where gates keep their copies of the repositories that this file declares.
REPOSITORIES_DIR = VAR_DIR / "repositories"
# Seal the credentials of connections, the newest first (connections/sealing.py); unset: SECRET_KEY.
PORTAL_CREDENTIALS_KEYS = env.list("PORTAL_CREDENTIALS_KEYS", default=[])
# What a Prometheus shows to read /metrics (dashboard/operations/); unset: there is no such address.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Where the signing key and the evidence packs are kept (audit/): one folder for web and workers.
AUDIT_DIR = Path(env.str("AUDIT_DIR", default=str(VAR_DIR / "audit")))
# The seed of the Ed25519 key that signs checkpoints and packs, 32 bytes in base64; unset: a file of
# its own below AUDIT_DIR. Public keys of earlier seeds, which still vouch for what they signed.
AUDIT_SIGNING_KEY = env.str("AUDIT_SIGNING_KEY", default="")
AUDIT_PUBLIC_KEYS = env.list("AUDIT_PUBLIC_KEYS", default=[])
# Where checkpoints go, out of reach of whoever rewrites the database; unset: nowhere else.
AUDIT_CHECKPOINT_FOLDER = env.str("AUDIT_CHECKPOINT_FOLDER", default="")
AUDIT_CHECKPOINT_MAILS = env.list("AUDIT_CHECKPOINT_MAILS", default=[])
