"""The customer token, which lets the program into OneFile: from the settings, a file or the keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.errors import UsageError
from bulk_import.known_settings import PREFIX
from bulk_import.settings import FILE_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.settings import Settings


def customer_token(settings: Settings) -> str:
    """The customer token: from the settings, else its file, else the operating system's keyring.

    Raises:
        UsageError: there is none, or its file cannot be read.
    """
    if settings.customer_token:
        return settings.customer_token
    if settings.customer_token_file:
        return _token_from_file(settings.customer_token_file)
    if token := _token_from_keyring(settings.environment):
        return token
    raise UsageError(
        f"There is no customer token for the environment {settings.environment}.",
        f"Put it into the keyring with: keyring set bulk-import {settings.environment} — or set "
        f"{PREFIX}CUSTOMER_TOKEN, or customer_token_file in {FILE_NAME}.",
    )


def _token_from_file(file: Path) -> str:
    try:
        token = file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if not token or any(character.isspace() for character in token):
        raise UsageError(
            f"The customer token cannot be read from {file}.",
            "The file must exist, be readable for you, and hold the token on one line and nothing else.",
        )
    return token


def _token_from_keyring(environment: str) -> str | None:
    import keyring  # noqa: PLC0415 - asks the desktop's services, which few commands need
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        return keyring.get_password("bulk-import", environment)
    except KeyringError:
        return None
