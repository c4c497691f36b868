"""What is said of `protect` in the settings where it names nobody: a slip there leaves somebody unprotected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.folding import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.run.desk import Desk
    from bulk_import.run.world import World


def protect_notices(desk: Desk, world: World) -> Iterator[str]:
    """Sentences on those whom `protect` names and OneFile does not have; MISIDs, which are people's, as a number."""
    accounts = world.directory.accounts
    ids = {f"id:{id_}" for id_ in accounts}
    misids = {folded(account.text("MISID")) for account in accounts.values()}
    misids |= {folded(record.values.get("MISID") or "") for record in desk.records}
    unknown = sorted(set(map(folded, desk.settings.protect)) - misids - ids)
    slips = [number for one in unknown if (number := f"id:{one.lstrip('0')}") in ids]
    if slips:
        yield (
            "protect names user ids as if they were MISIDs, so these accounts are not protected: write "
            f"{', '.join(slips)}."
        )
    absent = [one for one in unknown if one.startswith("id:")]
    # where lists show no MISID nobody can tell
    others = 0 if world.silent else len(unknown) - len(absent) - len(slips)
    if listed := [*absent, *(["1 MISID"] if others == 1 else [f"{others:,} MISIDs"] if others else [])]:
        yield (
            "protect names people whom OneFile does not have in the organisations of the file: "
            f"{', '.join(listed)}. Look whether they are written as in OneFile."
        )
