"""Wiring: each setting comes from the environment (listed in docs/operate), with a default for one box."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("HIROBA_HOME", "var")).resolve()


def _number(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


def _secret_key() -> str:
    """Keep one key per office in its home, readable by its owner only; without a home (tests, lint) a passing one."""
    path = HOME / "secret_key"
    if path.exists():
        return path.read_text().strip()
    if not HOME.is_dir():
        return secrets.token_urlsafe(50)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


def _database() -> dict[str, Any]:
    url = os.environ.get("HIROBA_DATABASE", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME / "hiroba.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: what was acknowledged survives a power cut, not only kill -9.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Under ASGI each request has a thread of its own: a connection that outlived it would be nobody's.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        # What libpq takes after the question mark: sslmode=verify-full, sslrootcert=…, connect_timeout=5.
        "OPTIONS": dict(parse_qsl(parts.query, keep_blank_values=True)),
    }


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("HIROBA_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
# Behind a TLS proxy (docs/operate): trust its X-Forwarded-Proto and mark cookies Secure.
BEHIND_TLS = os.environ.get("HIROBA_TLS", "") == "1"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "hiroba_session", "hiroba_csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * _number("HIROBA_SESSION_HOURS", 12)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "hiroba.foundation.web.views.csrf_failed"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "hiroba.foundation.changes",
    "hiroba.foundation.people",
    "hiroba.foundation.access",
    "hiroba.foundation.web",
    "hiroba.archive",
    "hiroba.ingest",
    "hiroba.ingest.tables",
    "hiroba.ingest.versions",
    "hiroba.search",
    "hiroba.features.today",
    "hiroba.features.finding",
    "hiroba.features.reading",
    "hiroba.features.intake",
    "hiroba.features.browsing",
    "hiroba.features.account",
    "hiroba.features.administration",
    "hiroba.features.guide",
    "hiroba.features.conversation",
    "hiroba.features.writing",
    "hiroba.features.systems",
    "hiroba.features.tray",
    "hiroba.features.forms",
    "hiroba.features.versions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hiroba.foundation.web.middleware.LookMiddleware",
    "hiroba.foundation.web.middleware.PersonMiddleware",
    "hiroba.foundation.web.middleware.RefusalMiddleware",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "hiroba.foundation.web.frame.frame",
            ],
            "builtins": ["hiroba.foundation.web.templatetags.hiroba"],
        },
    }
]

DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [ROOT / "hiroba" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = None  # whitenoise serves what the rooms carry; nothing is collected
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Hiroba's own: what the office may change.
OFFICE_NAME_FILE = HOME / "office.json"
ORIGINALS_DIR = HOME / "originals"
INDEX_DIR = HOME / "index"
INCOMING_DIR = HOME / "incoming"
UPLOAD_LIMIT = _number("HIROBA_UPLOAD_LIMIT_MB", 300) * 1024 * 1024
# Six hours of a meeting with its picture; told by content, not by name.
RECORDING_LIMIT = max(UPLOAD_LIMIT, _number("HIROBA_RECORDING_LIMIT_MB", 6000) * 1024 * 1024)
READERS = _number("HIROBA_READERS", 2)
SLOW_READERS = _number("HIROBA_SLOW_READERS", 1)
SYNONYMS_FILE = Path(os.environ.get("HIROBA_SYNONYMS", HOME / "synonyms.txt"))
WORDS_FILE = Path(os.environ.get("HIROBA_WORDS", HOME / "words.txt"))
WATCH_FILE = HOME / "watch.json"
# The office's own certificate authority (PEM), trusted beside the system's when we connect to a server.
CA_FILE = os.environ.get("HIROBA_CA_FILE", "")
# Mail we send: to people about what they stand for. Nothing is sent without a host.
MAIL_HOST = os.environ.get("HIROBA_MAIL_HOST", "")
MAIL_PORT = _number("HIROBA_MAIL_PORT", 587)
MAIL_SECURITY = os.environ.get("HIROBA_MAIL_SECURITY", "starttls")
MAIL_USER = os.environ.get("HIROBA_MAIL_USER", "")
MAIL_FROM = os.environ.get("HIROBA_MAIL_FROM", "")
# Mail we are sent (SMTP): where to listen ("127.0.0.1:2525"; nowhere when empty), and from which networks.
POST_LISTEN = os.environ.get("HIROBA_POST_LISTEN", "")
POST_NETWORKS = os.environ.get("HIROBA_POST_NETWORKS", "127.0.0.0/8,::1/128")
POST_LIMIT = _number("HIROBA_POST_LIMIT_MB", 60) * 1024 * 1024

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_TEMP_DIR = str(INCOMING_DIR) if INCOMING_DIR.is_dir() else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("HIROBA_LOG", "WARNING")},
}
