"""The address of the results store: read, judged, and shown without what opens it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

HIDDEN = "***"
ALLOWED = "sqlite:////path/to/dre.db or postgresql+psycopg://user:password@host:5432/database"
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2")
"""Schemes that libpq reads alike. One driver serves them all."""
_SQLITE = ("sqlite", "sqlite+pysqlite")
_SHOWN = frozenset(
    (
        *("host", "hostaddr", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "gssencmode"),
        *("connect_timeout", "application_name", "target_session_attrs", "load_balance_hosts", "client_encoding", "passfile", "service"),
        *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"),
        *("mode", "cache", "uri", "timeout", "check_same_thread", "cached_statements"),
    )
)
"""Parameters whose values may be shown. Any other part of an address may be a secret."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+]{0,40}(?=://)")
_CREDENTIAL_LIKE = re.compile(r"[\s=@]|://|[\x00-\x1f\x7f]")
"""Characters that no plain host, user or database has, and an address in which a special character was not escaped does."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a results store."""

    url: URL | None
    """None where the address cannot be used."""
    shown: str
    """The address without its secrets."""
    wrong: str = ""
    """Reason why it cannot be used."""
    secrets: tuple[str, ...] = ()
    """Secrets, in every form in which a driver may quote it, longest first."""

    def hide(self, text: str) -> str:
        """Return a driver's message without the secrets of the address."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def hides(self, text: str) -> bool:
        """Return whether a text quotes a secret of the address."""
        return any(secret in text for secret in self.secrets)


def read_address(text: str) -> Address:
    """Read the address of a store. Never raises.

    :param text: SQLAlchemy URL of SQLite or PostgreSQL.
    """
    if not text.strip():
        return Address(None, "[dre] sql_alchemy_conn", f"it could not be read. Allowed: {ALLOWED}")
    scheme = _SCHEME.match(text.strip())
    unreadable = f"{scheme[0] if scheme else ''}://{HIDDEN}" if scheme else HIDDEN
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):  # the message of neither may be shown: it quotes the address
        why = f"it is no URL, or a special character of its password is not percent-encoded. Allowed: {ALLOWED}"
        return Address(None, unreadable, why, _forms([text, text.strip()]))
    secrets = _forms([*_secrets(url), *_as_written(text)])
    if url.drivername not in _POSTGRESQL + _SQLITE:
        return Address(None, _without_secrets(url), f"{url.drivername} is no database that it can be kept in. Allowed: {ALLOWED}", secrets)
    if url.drivername in _SQLITE:
        return Address(url.set(drivername="sqlite"), _without_secrets(url), secrets=secrets)
    wrong = _wrong_server(url)
    if wrong:
        return Address(None, unreadable, wrong, _forms([*_secrets(url), text, *re.split(r"[/@:?&=]+", text.partition("://")[2])]))
    return Address(url.set(drivername="postgresql+psycopg"), _without_secrets(url), secrets=secrets)


def _wrong_server(url: URL) -> str:
    """Return why the parts of an address of PostgreSQL are misread: an unescaped character moves a password elsewhere."""
    if any(_CREDENTIAL_LIKE.search(part or "") for part in (url.host, url.username)):
        return f"a special character of its user, password or host is not percent-encoded. Allowed: {ALLOWED}"
    if url.port is not None and not 0 < url.port < 65536:
        return f"its port is not from 1 to 65535. Allowed: {ALLOWED}"
    return ""


def _secrets(url: URL) -> list[str]:
    """Return the values of an address that must not be shown."""
    found = [str(url.password)] if url.password else []
    for name, value in url.query.items():
        if name.lower() not in _SHOWN:
            found += [value] if isinstance(value, str) else list(value)
    options = [word.partition("=")[2] for text in found for word in re.split(r"\s+", text)]
    if url.drivername in _POSTGRESQL and url.database and _CREDENTIAL_LIKE.search(url.database):
        found.append(url.database)
    return [*found, *options]


def _as_written(text: str) -> list[str]:
    """Return the same as they are written in the address, which may be encoded in another way than Python would."""
    before, _, query = text.partition("?")
    password = re.search(r"://[^:/]*:([^@]*)@", before)
    pairs = [pair.partition("=") for pair in query.split("&")]
    return [password[1] if password else "", *(value for name, _, value in pairs if name.lower() not in _SHOWN)]


def _forms(secrets: list[str]) -> tuple[str, ...]:
    """Return each secret as it is, percent-encoded, decoded and as Python quotes it, longest first."""
    forms = {
        form
        for secret in secrets
        for form in (secret, quote(secret, safe=""), quote(secret), quote_plus(secret), unquote(secret), unquote_plus(secret))
        if form
    }
    forms |= {repr(form)[1:-1] for form in forms} | {form.replace("\\", "\\\\").replace("'", "\\'") for form in forms}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _without_secrets(url: URL) -> str:
    shown = url
    for name in url.query:
        if name.lower() not in _SHOWN:
            shown = shown.update_query_dict({name: HIDDEN})
    if url.drivername in _POSTGRESQL and url.database and _CREDENTIAL_LIKE.search(url.database):
        shown = shown.set(database=HIDDEN)
    return shown.render_as_string(hide_password=True).replace("%2A%2A%2A", HIDDEN)
