"""What the portal of the browser tests runs with: the slow hasher is slow on purpose elsewhere."""

from deploy_portal.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
