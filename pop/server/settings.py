"""Django's settings for both doors. Every variable read here stands in docs/look-up/settings.md (a test compares)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any, TypeVar

import dj_database_url
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

from pop.surveys.inviting.rules import days_of, server_of

Setting = TypeVar("Setting")


def _setting(name: str, read: Callable[[str], Setting], text: str) -> Setting:
    """Return what a variable means; one that means nothing is named, with what is wrong about it."""
    try:
        return read(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


ROOT = Path(__file__).resolve().parents[2]
DATA_DIR = Path(os.environ.get("POP_DATA_DIR", "var")).absolute()
# What files of surveys leave free of the disk: a child's message needs room when nothing else has any.
DISK_RESERVE = int(os.environ.get("POP_DISK_RESERVE_MB", "256")) * 1_000_000
KEYS_DIR = Path(os.environ.get("POP_KEYS_DIR", DATA_DIR / "keys")).absolute()
# Where the worker writes each link of the audit down outside the database; best on another disk, or copied to one.
ANCHOR_DIR = Path(os.environ.get("POP_ANCHOR_DIR", DATA_DIR / "anchors")).absolute()
# Who can open backups: age public keys with commas between, or a file of them (pop/privacy/backups/recipients.py).
BACKUP_RECIPIENTS = os.environ.get("POP_BACKUP_RECIPIENTS", "")
PRODUCTION = os.environ.get("POP_PRODUCTION", "") == "1"
# Everything in the database is invented, and all that leaves says so; set by `pop demo`, never by a request.
DEMONSTRATION = os.environ.get("POP_DEMONSTRATION", "") == "1"
PUBLIC_PORT = int(os.environ.get("POP_PUBLIC_PORT", "8000"))
CONSOLE_PORT = int(os.environ.get("POP_CONSOLE_PORT", "8001"))
# The address to listen on; empty: 127.0.0.1 for the public door, localhost for the console.
BIND = os.environ.get("POP_BIND", "")
# Addresses of the proxies in front of the doors. From them, and from nobody else, it is believed where a request really
# comes from and whether it came by https (X-Forwarded-For, X-Forwarded-Proto).
PROXIES = [each.strip() for each in os.environ.get("POP_PROXIES", "").split(",") if each.strip()]
# How many new conversations a line takes in a minute; ten times as many may come at once. Nobody's address is asked.
FIRST_MESSAGES_A_MINUTE = max(1, int(os.environ.get("POP_FIRST_MESSAGES_A_MINUTE", "120")))
# Where "Leave now" goes: somewhere a child could have been looking at anyway.
EXIT_URL = os.environ.get("POP_EXIT_URL", "https://www.google.com/")
# Mail to partners of surveys: the server, whom it comes from, how many a minute, and when reminders are due. Without a
# server nothing is sent in production, and elsewhere mails are files in the data directory.
SMTP_URL = os.environ.get("POP_SMTP_URL", "")
MAIL_FROM = os.environ.get("POP_MAIL_FROM", "")
MAILS_A_MINUTE = max(1, int(os.environ.get("POP_MAILS_A_MINUTE", "20")))
REMINDER_DAYS = _setting("POP_REMINDER_DAYS", days_of, os.environ.get("POP_REMINDER_DAYS", "14,28"))
# The public door's address as others open it, as https://pop.example.org: what stands in mails.
PUBLIC_URL = os.environ.get("POP_PUBLIC_URL", "").rstrip("/")
if SMTP_URL:
    _setting("POP_SMTP_URL", server_of, SMTP_URL)
    if "@" not in parseaddr(MAIL_FROM)[1] or not MAIL_FROM.isprintable():
        raise ImproperlyConfigured("POP_SMTP_URL is set and POP_MAIL_FROM is no address: a mail says whom it is from")
    if PRODUCTION and not PUBLIC_URL.startswith("https://"):
        raise ImproperlyConfigured("POP_SMTP_URL is set and POP_PUBLIC_URL is no https address: mails hold a link")

# Which of the two URL maps this process serves; set by `pop serve`, never by a request. Commands and tests load all.
DOOR = os.environ.get("POP_DOOR", "console")

# The shapes of the map, where another authority's are to be drawn than the project's own (docs/do/use-the-map.md).
MAP_GEOMETRY = os.environ.get("POP_MAP_GEOMETRY", "")

DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("POP_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",") if h]


def _secret_key() -> str:
    """Return the sign-in secret from the data directory, made on first use (0600); it never leaves the machine."""
    given = os.environ.get("POP_SECRET_KEY")
    if given:
        return given
    path = DATA_DIR / "secret-key"
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = secrets.token_urlsafe(50)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(fresh)
        except FileExistsError:  # another process of the same first start was quicker
            return path.read_text()
        return fresh


SECRET_KEY = _secret_key()


def _database(url: str) -> dict[str, Any]:
    """SQLite with full synchronisation unless DATABASE_URL names another engine (NORMAL lost 14 % at power cuts)."""
    if url:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url))
        if parsed["ENGINE"].endswith("postgresql"):
            # Whoever waits is told within seconds that the database is away, and once it is back it is found at once.
            pool = {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 2}
            parsed.setdefault("OPTIONS", {})["pool"] = pool
            return parsed
        if not parsed["ENGINE"].endswith("sqlite3") or not parsed["NAME"]:
            raise ImproperlyConfigured(
                "DATABASE_URL names neither PostgreSQL (postgresql://…) nor a file (sqlite:///…)"
            )
        name = parsed["NAME"]
    else:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        name = DATA_DIR / "pop.sqlite3"
    return {
        "ENGINE": "pop.server.patient_sqlite3",
        "NAME": name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # What is deleted is overwritten: a key that was deleted must not be found in the file.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
            ),
        },
    }


DATABASES = {"default": _database(os.environ.get("DATABASE_URL", ""))}
# The helpline may live in a database of its own, on a machine of its own (architecture.md, contract 11).
HELPLINE_DATABASE = "default"
if os.environ.get("HELPLINE_DATABASE_URL", ""):
    HELPLINE_DATABASE = "helpline"
    DATABASES["helpline"] = _database(os.environ["HELPLINE_DATABASE_URL"])
DATABASE_ROUTERS = ["pop.server.routing.HelplineRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The public process does not even load what sign-in needs.
_CONSOLE_APPS = ["django.contrib.sessions", "django.contrib.messages", "allauth", "allauth.account", "allauth.mfa"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "pop.people",  # before allauth: its sign-in pages stand in front of allauth's
    *(_CONSOLE_APPS if DOOR == "console" else []),
    "pop.audit",
    "pop.events",
    "pop.pages",
    "pop.registry",
    "pop.signposting",
    "pop.surveys",
    "pop.evidence",
    "pop.helpline",
    "pop.simulation",
]

ROOT_URLCONF = f"pop.server.{DOOR}"
AUTH_USER_MODEL = "people.Staff"

_CONSOLE_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pop.people.pages.languages.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
# The public door has no session, no sign-in and no CSRF: before a chat nothing is authorised (child-interface.md, 10).
MIDDLEWARE = _CONSOLE_MIDDLEWARE if DOOR == "console" else ["django.middleware.common.CommonMiddleware"]
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "pop" / "server" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pop.people.pages.layout.shell",
            ]
            if DOOR == "console"
            else [],
            "libraries": {"words": "pop.places.words_tags"},
        },
    }
]

LANGUAGES = [
    ("ar", "العربية"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("sw", "Kiswahili"),
    ("zh", "中文"),
]
LANG_INFO.setdefault("zh", {"bidi": False, "code": "zh", "name": "Chinese", "name_local": "中文"})
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Sign-in: password first, then a TOTP code or a passkey; no self-registration, people are invited by link.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# --- sign-in of staff (pop/people/adapters.py) ---
ACCOUNT_ADAPTER = "pop.people.adapters.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation is handed over by a person; the product needs no mail server
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
MFA_ADAPTER = "pop.people.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = False  # the password is always the first factor (safety.md, keys)
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "PoP console"
MFA_TOTP_TOLERANCE = 1
# Passkeys want https, except on localhost, where browsers allow them without.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
STATIC_URL = "/static/"
# Limits on sign-in and used one-time codes must hold for every process of the console and across a restart.
if DOOR == "console":
    CACHES = {
        "default": {
            "BACKEND": "pop.people.sign_in_memory.SignInCache",
            "LOCATION": "people_sign_in_memory",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        },
    }
# --- end of sign-in ---
SESSION_ENGINE = "pop.people.sessions"
# Browsers take a cookie of such a name over https from this very host only: no sibling host can plant one. The child's
# (pop.pages.leaving) and the key's (pop.people.unlocking) have it too.
# Cookies know no ports: beside a real console on one machine, a demonstration has cookies of its own.
COOKIE_PREFIX = "__Host-" if PRODUCTION else "demo_" if DEMONSTRATION else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}pop_console"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}pop_console_csrf"
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_REFERRER_POLICY = None  # headers are set once, by pop.server.security

DATA_UPLOAD_MAX_MEMORY_SIZE = 65_536
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# One picture of a survey stays in memory: nothing of it lies in a temporary directory of everybody's.
FILE_UPLOAD_MAX_MEMORY_SIZE = 8_454_144

# Only our own code writes log lines, and none of them holds a request's path, query or body (test: no word in a log).
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}, "none": {"class": "logging.NullHandler"}},
    "loggers": {
        "django.request": {"handlers": ["none"], "propagate": False},
        "django.security": {"handlers": ["none"], "propagate": False},
        "django.server": {"handlers": ["none"], "propagate": False},
        "pop": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
