"""Where a customer token may be sent: encrypted to anywhere, in the clear to this machine alone."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

LIKE = "https://wsapi.onefile.co.uk/api/v2.1"


def web_address(text: str) -> str:
    """An address of the API, fit to be used, without a slash at its end.

    Raises:
        ValueError: it is not https and not on this machine, has no host, a port that is none or a space in it, or
            carries more than a path; says what it must be, to be read behind a setting's name.
    """
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        sound = text.isprintable() and " " not in text and parts.port != 0
    except ValueError:  # brackets that do not close, or a port that is no number, say
        host, sound = "", False
    if not (host and sound) or parts.scheme not in {"http", "https"}:
        raise ValueError(f"must be a web address such as {LIKE}")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"must hold no user name or password and nothing behind ? or #; it looks like {LIKE}")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("must begin with https://; plain http is for this machine only")
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: localhost, 127.0.0.0/8 or ::1, and no name that only begins like one."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
