"""Who signs in, and by what."""

from deploy_portal.settings.environment import env

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
