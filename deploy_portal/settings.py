"""Everything that differs between installations, read from the environment."""

import os
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict
from whitenoise.compress import Compressor  # type: ignore[import-untyped]

from deploy_portal.broker import kombu_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
# Reading documents and drawing diagrams needs no secret; whoever serves does (wsgi.py insists).
UNSAFE_SECRET_KEY = "unsafe-only-for-commands-that-serve-nobody"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", default=UNSAFE_SECRET_KEY)
# Earlier keys, which still open what they sealed (connections/sealing.py) and signed.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
PORTAL_DEMO = env.bool("PORTAL_DEMO", default=False)
# Where the demo's sample service is, and a Prometheus that scrapes it (intake/demo_sample.py);
# unset: the demo has no gates on a sample, and the sample answers for Prometheus.
PORTAL_DEMO_SAMPLE = env.str("PORTAL_DEMO_SAMPLE", default="").rstrip("/")
PORTAL_DEMO_PROMETHEUS = env.str("PORTAL_DEMO_PROMETHEUS", default="").rstrip("/")
# Its secured port, and the file of the authority that vouches for it; unset: no TLS gate.
PORTAL_DEMO_SAMPLE_TLS = env.str("PORTAL_DEMO_SAMPLE_TLS", default="").rstrip("/")
PORTAL_DEMO_SAMPLE_AUTHORITY = env.str("PORTAL_DEMO_SAMPLE_AUTHORITY", default="")
PORTAL_TEST_CLOCK = env.bool("PORTAL_TEST_CLOCK", default=False)
VAR_DIR = Path(env.str("PORTAL_VAR", default=str(BASE_DIR / "var")))
# Where the library that draws the charts of mails keeps its list of fonts, else in the home folder.
os.environ.setdefault("MPLCONFIGDIR", str(VAR_DIR / "cache" / "matplotlib"))
# One folder for all web processes, never below what is served as static.
EVIDENCE_DIR = Path(env.str("EVIDENCE_DIR", default=str(VAR_DIR / "evidence")))
# Seconds between two readings of a metric when a watch begins (monitoring/pace.py).
WATCH_PACE = env.int("WATCH_PACE", default=60)
# Folders in which backup gates may look at files (gates/probes/backup.py); unset: none.
PORTAL_BACKUP_FOLDERS = env.list("PORTAL_BACKUP_FOLDERS", default=[])
# The TOML file of commands and repositories that gates may ask (connections/); unset: none.
PORTAL_COMMANDS = env.str("PORTAL_COMMANDS", default="")
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
# Where gates keep their copies of the repositories that the same file declares.
REPOSITORIES_DIR = VAR_DIR / "repositories"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django_htmx",
    "guardian",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "accounts",
    "connections",
    "deployments",
    "checklists",
    "gates",
    "approvals",
    "monitoring",
    "communications",
    "intake",
    "audit",
    "api",
    "dashboard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "deploy_portal.middleware.NoStoreMiddleware",
    "deploy_portal.middleware.KeptApartMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.SeenMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "deploy_portal.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "deploy_portal.middleware.ViewerZoneMiddleware",
    "deploy_portal.middleware.ProvenanceMiddleware",
    "deploy_portal.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "deploy_portal.urls"
ASGI_APPLICATION = "deploy_portal.asgi.application"
WSGI_APPLICATION = "deploy_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "deploy_portal.context.portal",
            ],
        },
    }
]


def database(url: str, *, pooled: bool) -> dict[str, Any]:
    """One Django database from a libpq address, sockets included."""
    parts = conninfo_to_dict(url)
    options: dict[str, Any] = {"pool": {"min_size": 1, "max_size": 12}} if pooled else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "portal"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**parts, **options},
    }


# The web process keeps a pool; Celery keeps one connection per thread and would tear a pool down.
DATABASE_URL = env.str("DATABASE_URL", default="postgresql:///portal")
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")
DATABASES = {"default": database(DATABASE_URL, pooled=env.bool("DATABASE_POOL", default=False))}
if DATABASE_OWNER_URL:
    DATABASES["owner"] = database(DATABASE_OWNER_URL, pooled=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.PersonBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
FRESH_AUTHENTICATION_SECONDS = 300

# Sign-in by an OpenID Connect provider (deployments/entry/); without an issuer there is none.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="single sign-on")
# Whether somebody whose verified address no account has gets one, without any right.
OIDC_CREATES_ACCOUNTS = env.bool("OIDC_CREATES_ACCOUNTS", default=False)
# Private networks in which the issuer's own host may be, and the file of its authority.
OIDC_NETWORKS = env.list("OIDC_NETWORKS", default=[])
OIDC_AUTHORITIES = env.str("OIDC_AUTHORITIES", default="")
SOCIALACCOUNT_ADAPTER = "deployments.entry.adapters.ProviderAdapter"
MFA_ADAPTER = "deployments.entry.adapters.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Deploy Portal"
# A code is good half a minute before and after its own, for clocks that differ.
MFA_TOTP_TOLERANCE = 1

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "deploy_portal.staticfiles.NodePackagesFinder",
]
# Nobody asks for the plain names, and a map is fetched by developers only.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Only what a page uses: a whole package carries dangling references that the manifest refuses.
NODE_PACKAGES_FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "vendor/uplot.min.js": "uplot/dist/uPlot.iife.min.js",
    "vendor/uplot.min.css": "uplot/dist/uPlot.min.css",
}

SECURE = PORTAL_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Whose word on X-Forwarded-For goes into the history (asgi.py): addresses and networks.
TRUSTED_PROXIES = (
    env.list("FORWARDED_ALLOW_IPS", default=["127.0.0.1", "::1"]) if BEHIND_PROXY else []
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        # Said although the default says it: scanners and older browsers look for the word.
        "object-src": [NONE],
    }
}

vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Deploy Portal <portal@localhost>")

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

CELERY_BROKER_URL = kombu_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For workers, who wait for work; a request asks first whether anybody answers (hints.py).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "messages"
# Whatever runs commands or measures may take long; messages and sweeps never wait for it.
CELERY_TASK_ROUTES = {
    "gates.*": {"queue": "gates"},
    "audit.*": {"queue": "gates"},
    "checklists.run_command": {"queue": "gates"},
    "monitoring.sample": {"queue": "gates"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# A worker keeps its connections; without this Celery would close them around every task.
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"expires": 4 * seconds}}
    for name, seconds in (
        ("gates.sweep", 3.0),
        ("messages.sweep", 2.0),
        ("deployments.sweep", 3.0),
        ("approvals.sweep", 15.0),
        ("checklists.sweep", 15.0),
        ("monitoring.sweep", 3.0),
        ("intake.sweep", 5.0),
        ("api.sweep", 60.0),
        ("audit.sweep", 5.0),
    )
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"secret_paths": {"()": "deploy_portal.secret_paths.HideSecretPaths"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["secret_paths"],
        }
    },
    "loggers": {
        # Django's own handlers would say addresses whole.
        "django": {"level": "INFO", "handlers": []},
        "django.server": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        # A sweep every two seconds would otherwise be nearly all that a log says.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
