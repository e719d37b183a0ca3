"""Settings from the environment: one table of variables, and readers that refuse nonsense loudly.

Every variable of the project is a row of `VARIABLES`. The readers below take the default from that row, so a
variable that is not in the table cannot be read; `docs/configuration.md` is written from the same rows.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: what it is called, what it is when unset, what it means."""

    name: str
    default: str
    meaning: str
    secret: bool = False
    shown_default: str = ""


VARIABLES = {
    variable.name: variable
    for variable in (
        Variable(
            "PUBLIC_URL",
            "",
            "The address people type and scan, without a path. An https address makes the login cookies secure.",
            shown_default="`http://`, this machine's address on its network, `:PORT`",
        ),
        Variable("HOST", "0.0.0.0", "The address the server listens on."),  # noqa: S104 - phones must reach it
        Variable("PORT", "8000", "The port the server listens on."),
        Variable(
            "DATA_DIR",
            "",
            "Folder of everything that must be kept: the SQLite file and the generated secret key.",
            shown_default="`data` in the checkout",
        ),
        Variable(
            "SECRET_KEY",
            "",
            "Signs cookies and tokens, and seals second factors; at least 32 characters. Whoever knows it can forge them.",
            secret=True,
            shown_default="made on the first start and kept in `DATA_DIR/secret_key`",
        ),
        Variable(
            "SECRET_KEY_FALLBACKS",
            "",
            "Former secret keys, separated by commas: what they signed and sealed is still read.",
            secret=True,
        ),
        Variable(
            "DATABASE_URL",
            "",
            "`sqlite:///file` or `postgresql://user:password@host:port/name`. "
            "A `pool=20` after a `?` bounds the connections to PostgreSQL of one process, from 6; "
            "more of libpq's options may follow, as `&sslmode=require`.",
            secret=True,
            shown_default="`db.sqlite3` in `DATA_DIR`",
        ),
        Variable(
            "REDIS_URL",
            "",
            "`redis://:password@host:port/0` lets several server processes tell one another about new ballots. "
            "Several addresses, separated by commas, share the rooms among them.",
            secret=True,
            shown_default="none: one process",
        ),
        Variable("ALLOWED_HOSTS", "", "More host names that requests may ask for, separated by commas."),
        Variable("ALLOWED_ORIGINS", "", "More origins (`https://host`) whose pages may post and open sockets."),
        Variable(
            "EMBED_ORIGINS",
            "",
            "Origins (`https://host`) whose pages may show `/embed/<join code>` in a frame; none: there is no such page.",
        ),
        Variable(
            "FORWARDED_ALLOW_IPS",
            "127.0.0.1,::1",
            "Addresses or networks of the proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
        ),
        Variable(
            "MAX_SOCKETS",
            "12000",
            "Sockets one server process accepts before it refuses more. Those that say nothing for a second make room first.",
        ),
        Variable(
            "MAX_SOCKETS_PER_ROOM",
            "12000",
            "Sockets of one room that one server process accepts, those included that have said hello and wait for their snapshot; hosts and trusted stages always get in.",
        ),
        Variable(
            "RETENTION_DAYS",
            "90",
            "After how many days `manage.py purge` deletes the ballots of a room that has ended, and records without a room.",
        ),
        Variable(
            "WORD_LIST_FILE",
            "",
            "File of words that make a text, a question or a name wait for a moderator, in the form of the one that comes "
            "with the product; `none`: only the lists of rooms.",
            shown_default="`live_polls/word_lists/default.txt`",
        ),
        Variable(
            "METRICS_TOKEN",
            "",
            "Bearer token that `/metrics` asks for. Unset: `/metrics` answers this machine itself only.",
            secret=True,
        ),
        Variable("ADMIN_ENABLED", "on", "Whether `/admin/` exists."),
        Variable(
            "ADMIN_URL",
            "",
            "An address of its own for the admin, as `https://admin.example.org`. Then `/admin/` exists nowhere else.",
            shown_default="where everything else is",
        ),
        Variable(
            "EMAIL_URL",
            "",
            "The server that sends mails: `smtp://user:password@host:587`, `smtps://…` for TLS from the start, "
            "`smtp+plain://…` for none, or `console:`, which prints them. Unset: nothing is sent, "
            "and `manage.py sign_in_link` helps who has forgotten a password.",
            secret=True,
        ),
        Variable(
            "EMAIL_FROM",
            "",
            "Whom mails are from.",
            shown_default="`live_polls@` and the host of `PUBLIC_URL`",
        ),
        Variable(
            "HSTS_SECONDS", "31536000", "How long browsers insist on https, sent only with an https `PUBLIC_URL`."
        ),
        Variable("TIME_ZONE", "UTC", "Time zone of dates on host pages, as `Europe/Berlin`."),
        Variable("LANGUAGE_CODE", "en", "Language of pages for browsers that ask for none we have."),
        Variable("LOG_LEVEL", "INFO", "`DEBUG`, `INFO`, `WARNING` or `ERROR`."),
        Variable("LOG_FORMAT", "text", "`text` for people, or `json`: one object a line."),
        Variable("DEBUG", "off", "Tracebacks in the browser and files read anew for each request. Never in public."),
    )
}

_TRUE = {"1", "on", "true", "yes"}
_FALSE = {"0", "off", "false", "no"}


def env_text(name: str) -> str:
    """Return the variable's text, or its default where it is unset or empty."""
    variable = VARIABLES[name]
    return os.environ.get(name, "").strip() or variable.default


def env_bool(name: str) -> bool:
    """Return whether the variable is switched on."""
    text = env_text(name).lower()
    if text not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} must be on or off, not {text!r}.")
    return text in _TRUE


def env_int(name: str, *, at_least: int = 0, at_most: int = 2**31 - 1) -> int:
    """Return the variable as a whole number within bounds."""
    text = env_text(name)
    if not (text.isascii() and text.isdigit()) or not at_least <= int(text) <= at_most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {at_least} to {at_most}, not {text!r}.")
    return int(text)


def env_list(name: str) -> list[str]:
    """Return the comma-separated entries of the variable, without the empty ones."""
    return [entry.strip() for entry in env_text(name).split(",") if entry.strip()]


def env_choice(name: str, choices: tuple[str, ...]) -> str:
    """Return the variable, which must be one of the choices."""
    text = env_text(name)
    if text not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {text!r}.")
    return text


def env_secret(name: str) -> str:
    """Return a secret from the variable, or from the file that NAME_FILE points to, or its default.

    A secret in a file stays out of process lists and container inspection.
    """
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return env_text(name)
    if os.environ.get(name, "").strip():
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one of them.")
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {error}.") from error
    if not secret:
        raise ImproperlyConfigured(f"{name}_FILE names an empty file.")
    return secret


def markdown_table() -> str:
    """Return the variables as the table of docs/configuration.md."""
    rows = ["| Variable | Default | Meaning |", "| --- | --- | --- |"]
    for variable in VARIABLES.values():
        default = variable.shown_default or (f"`{variable.default}`" if variable.default else "none")
        name = f"`{variable.name}`" + (f", `{variable.name}_FILE`" if variable.secret else "")
        rows.append(f"| {name} | {default} | {variable.meaning} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(markdown_table())
