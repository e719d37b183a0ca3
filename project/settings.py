"""All settings, from the environment; `docs/configuration.md` lists the variables."""

from __future__ import annotations

import re
import sys
import zoneinfo
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from project.addresses import in_url, network_address, own_hosts, parse_origin, parse_proxies
from project.channel_layers import IN_MEMORY, redis_layer
from project.content_security import CSP
from project.counters import counters
from project.databases import parse_database_url
from project.env import env_bool, env_choice, env_int, env_list, env_secret, env_text
from project.mail import parse_email_url
from project.secret_key import check_secret_key, former_secret_keys, kept_secret_key
from project.word_list_file import parse_word_list_file

BASE_DIR = Path(__file__).resolve().parent.parent
FRONTEND_DIR = BASE_DIR / "frontend"

DEBUG = env_bool("DEBUG")
DATA_DIR = Path(env_text("DATA_DIR") or BASE_DIR / "data").resolve()
try:
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR must be a folder that can be written to: {error}.") from error

_given_key = env_secret("SECRET_KEY")
SECRET_KEY = check_secret_key(_given_key) if _given_key else kept_secret_key(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = former_secret_keys(env_secret("SECRET_KEY_FALLBACKS"))

# The newest heading of the change log is the version, here and everywhere.
_newest = re.search(r"^## v(\S+)", (BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
if _newest is None:
    raise ImproperlyConfigured("CHANGELOG.md names no version.")
VERSION = _newest[1]

# Addresses

HOST = env_text("HOST")
PORT = env_int("PORT", at_most=65535)
PUBLIC_URL, _public_host = parse_origin(
    "PUBLIC_URL", env_text("PUBLIC_URL") or f"http://{in_url(network_address())}:{PORT}"
)
IS_HTTPS = PUBLIC_URL.startswith("https://")
_own_hosts = [in_url(host) for host in own_hosts()]
_more_origins = [parse_origin("ALLOWED_ORIGINS", origin)[0] for origin in env_list("ALLOWED_ORIGINS")]

ALLOWED_HOSTS = [_public_host, *_own_hosts, *env_list("ALLOWED_HOSTS")]
# Pages of these origins may post forms and open sockets; the same server is often reached by several names.
ALLOWED_ORIGINS = list(dict.fromkeys([PUBLIC_URL, *(f"http://{host}:{PORT}" for host in _own_hosts), *_more_origins]))
CSRF_TRUSTED_ORIGINS = ALLOWED_ORIGINS
FORWARDED_ALLOW_IPS = parse_proxies("FORWARDED_ALLOW_IPS", env_list("FORWARDED_ALLOW_IPS"))
EMBED_ORIGINS = [parse_origin("EMBED_ORIGINS", origin)[0] for origin in env_list("EMBED_ORIGINS")]
MAX_SOCKETS = env_int("MAX_SOCKETS", at_least=1)
MAX_SOCKETS_PER_ROOM = env_int("MAX_SOCKETS_PER_ROOM", at_least=1)
ADMIN_ENABLED = env_bool("ADMIN_ENABLED")
ADMIN_URL, ADMIN_HOST = parse_origin("ADMIN_URL", env_text("ADMIN_URL")) if env_text("ADMIN_URL") else ("", "")
if ADMIN_URL:
    ALLOWED_HOSTS.append(ADMIN_HOST)
    ALLOWED_ORIGINS.append(ADMIN_URL)
RETENTION_DAYS = env_int("RETENTION_DAYS")
WORD_LIST_FILE = parse_word_list_file(
    env_text("WORD_LIST_FILE"), default=BASE_DIR / "live_polls" / "word_lists" / "default.txt"
)
METRICS_TOKEN = env_secret("METRICS_TOKEN")

# The application

INSTALLED_APPS = [
    # First, because it replaces `runserver`; and for that alone, since Twisted takes a fifth of the start of any command.
    *(["daphne"] if sys.argv[1:2] == ["runserver"] else []),
    "project.apps.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",  # serves the page of the API from here; without it, it would load scripts from elsewhere
    "live_polls",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "project.content_security.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "project.code_guard.CodeGuardMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "project.acting.ActingMiddleware",
    "live_polls.views.errors.PollErrorMiddleware",
]
ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [FRONTEND_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "project.content_security.csp",
                "project.operator_site.admin",
            ],
        },
    },
]

# Stores

DATABASES = {"default": parse_database_url(env_secret("DATABASE_URL"), data_dir=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URLS = [url.strip() for url in env_secret("REDIS_URL").split(",") if url.strip()]
CHANNEL_LAYERS = {"default": redis_layer(REDIS_URLS, secret=SECRET_KEY) if REDIS_URLS else IN_MEMORY}

CACHES = {"default": counters()}  # for nothing but counting tries

# Accounts

AUTH_USER_MODEL = "live_polls.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "live_polls:rooms"
LOGOUT_REDIRECT_URL = "live_polls:landing"
ACCOUNT_ADAPTER = "project.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
# Per address and per account; a browser in which the owner was signed in before has a count of its own.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "10/m/ip,3/h/key"}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody gets mail from here who has no account
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
PASSWORD_RESET_TIMEOUT = 4 * 60 * 60
MFA_ADAPTER = "project.accounts.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = f"live_polls ({_public_host})"
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS  # browsers offer passkeys on http only to this very machine

# Mail

EMAIL_URL = env_secret("EMAIL_URL")
globals().update(parse_email_url(EMAIL_URL))  # EMAIL_BACKEND, EMAIL_HOST and so on
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env_text("EMAIL_FROM") or f"live_polls@{_public_host.strip('[]')}"

# Security

SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "live_polls.views.errors.csrf_failure"
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS") if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "require-trusted-types-for": ["'script'"],
}
# What the pages never use is switched off for them and for whatever somebody may manage to put into them.
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), screen-wake-lock=(self)"
# The admin and the page of the API bring scripts that write HTML; they still run nothing from elsewhere.
CSP_WITHOUT_TRUSTED_TYPES = {name: SECURE_CSP[name] for name in SECURE_CSP if name != "require-trusted-types-for"}
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for sub-domains: they are not ours to decide about
    "security.W008",  # redirects to https belong to the proxy; phones may come by plain http in a lecture room
    "security.W021",  # HSTS preload is a promise that the operator of the domain makes
]
# Forms of this application are small; a ballot is far below this.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

# Languages and time

LANGUAGE_CODE = env_text("LANGUAGE_CODE")
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "live_polls" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env_text("TIME_ZONE")
if TIME_ZONE not in zoneinfo.available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE must be a name like Europe/Berlin, not {TIME_ZONE!r}.")

# Files

STATIC_URL = "/static/"
STATICFILES_DIRS = [FRONTEND_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "project.static_files.HashedStorage"},
}

# Logs

LOG_LEVEL = env_choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env_choice("LOG_FORMAT", ("text", "json"))
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"text": {"()": "project.logs.TextFormatter"}, "json": {"()": "project.logs.JsonFormatter"}},
    "filters": {"refusals": {"()": "project.logs.RefusalsInALine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["refusals"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own handlers would print the same line twice.
    "loggers": {"django": {"handlers": [], "level": LOG_LEVEL, "propagate": True}},
}
