"""Measured figures; importing this prepares Django, so that each benchmark is a plain module."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")
django.setup()
