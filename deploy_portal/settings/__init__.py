"""Everything that differs between installations, read from the environment."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

from deploy_portal.settings.environment import *
from deploy_portal.settings.environment import BASE_DIR, PORTAL_URL, env
from deploy_portal.settings.files import *
from deploy_portal.settings.logs import *
from deploy_portal.settings.mail import mail_settings
from deploy_portal.settings.portal import *
from deploy_portal.settings.queues import *
from deploy_portal.settings.security import *
from deploy_portal.settings.sign_in import *

DEBUG = env.bool("DEBUG", default=False)
# Reading documents and drawing diagrams needs no secret; whoever serves does (wsgi.py insists).
UNSAFE_SECRET_KEY = "unsafe-only-for-commands-that-serve-nobody"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", default=UNSAFE_SECRET_KEY)
# Earlier keys, which still open what they sealed (connections/sealing.py) and signed.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]

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


# A process that stands still in the middle of a change gives up its locks after so long; whoever
# names options of their own in the address of the database says this one there, too.
STANDS_STILL = "-c idle_in_transaction_session_timeout=60s"
# What each web process keeps, and its threads share.
DATABASE_POOL = {"min_size": 1, "max_size": 12}


def database(url: str, *, pooled: bool) -> dict[str, Any]:
    """One Django database from a libpq address, sockets included."""
    parts = {"options": STANDS_STILL, **conninfo_to_dict(url)}
    options: dict[str, Any] = {"pool": DATABASE_POOL} if pooled else {}
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

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

vars().update(mail_settings(env.str("EMAIL_URL", default="smtp://127.0.0.1:1025")))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Deploy Portal <portal@localhost>")

DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
