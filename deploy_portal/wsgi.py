"""Every page and act, run by Django on threads."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")
# Web processes share a few connections among their threads; commands and workers keep their own.
os.environ.setdefault("DATABASE_POOL", "1")

application = get_wsgi_application()

from django.conf import settings  # noqa: E402

if settings.SECRET_KEY == settings.UNSAFE_SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set; a server needs its own (.env.example).")
