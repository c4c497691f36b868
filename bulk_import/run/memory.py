"""Uses and keeps the memory of what was confirmed in OneFile, so that a nightly run need not fetch everybody again.

An account is skipped only where OneFile's own search shows that nothing has changed there, and has proved that it can
(see `inquiry`), and for no more days than the settings say.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bulk_import.actions import Create, Unchanged, Update
from bulk_import.check import payload
from bulk_import.difference import SHOWN, agreeing, otherwise
from bulk_import.errors import BulkImportError, JournalError
from bulk_import.journal import Done, Remembered, payload_digest
from bulk_import.kinds import Awaited
from bulk_import.run.desk import utc_now
from bulk_import.run.inquiry import Distrust, Inquiry
from bulk_import.run.recall import Changes, Recollection, credible_by
from bulk_import.site_key import site_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from bulk_import.actions import Action, Change
    from bulk_import.api import OneFile
    from bulk_import.check import Record
    from bulk_import.directory import Seat
    from bulk_import.journal import Key, Memory, Outcome
    from bulk_import.kinds import Json
    from bulk_import.run.desk import Desk
    from bulk_import.run.sending import Sent
    from bulk_import.run.target import Target
    from bulk_import.run.world import World

WITNESSES = 3
"""How many of the accounts written last in an organisation and role are kept to try the search by."""
MISSED_SHOWN = 20
FETCHED_BACK = 2
"""How many of the accounts just written are fetched to see which fields OneFile shows."""


async def recollect(desk: Desk, target: Target, world: World, api: OneFile) -> Recollection | None:
    """What is remembered of the accounts listed, as far as OneFile shows that it still is so; None for nothing.

    Raises:
        BulkImportError: OneFile cannot be asked, or the journal not be read.
    """
    settings = desk.settings
    if desk.job.full or not settings.full_check_days or not settings.secret_file.exists():
        return None
    memory = _memory(desk, target)
    accounts = world.directory.accounts
    credible = credible_by(world.looked_at, memory.remembered())
    seated = {id_ for id_, account in accounts.items() if account.seats & world.seats}
    remembered = {id_: one for id_, one in credible.items() if id_ in seated}
    if not remembered:
        return None
    oldest = world.looked_at - timedelta(days=settings.full_check_days)
    lists: dict[Seat, Sequence[tuple[datetime, frozenset[int]]]] = {}
    doubts: dict[str, list[str]] = defaultdict(list)
    for seat, ids in _by_seat(remembered, world).items():
        match await Inquiry(seat, world, api).lists(memory.witnesses(seat), [remembered[id_].until for id_ in ids]):
            case Distrust(why=why):
                doubts[why].append(seat[1].label)
            case shown:
                lists[seat] = shown
    notices = [f"Every {' and '.join(labels)} was looked up: {why}." for why, labels in doubts.items()]
    if all(one.checked < oldest for one in remembered.values()):
        notices = [f"Everybody was looked up, as happens every {settings.full_check_days} days (full_check_days)."]
    return Recollection(accounts, remembered, Changes(lists), oldest, row_digest(desk), memory.shown(), tuple(notices))


def _memory(desk: Desk, target: Target) -> Memory:
    return desk.journal.memory(target.environment, target.host)


def _by_seat(remembered: Iterable[int], world: World) -> dict[Seat, list[int]]:
    ids: dict[Seat, list[int]] = defaultdict(list)
    for id_ in remembered:
        for seat in world.directory.accounts[id_].seats & world.seats:
            ids[seat].append(id_)
    return ids


def row_digest(desk: Desk) -> partial[str]:
    """A keyed digest of all that a row says, and of which of it may be sent to an account that is there."""
    return partial(_said, site_secret(desk.settings), sorted(desk.settings.update_undocumented))


def _said(secret: bytes, updated: list[str], said: Mapping[str, Json]) -> str:
    return payload_digest(secret, {**said, "updated": updated})


def memory_notices(world: World, recollection: Recollection | None, actions: Sequence[Action]) -> tuple[str, ...]:
    """What a report says of the memory: whom it spared, why it could not be used, where it was wrong."""
    notices = [] if recollection is None else [*recollection.notices]
    if count := len(world.recalled):
        rows = "1 row was" if count == 1 else f"{count:,} rows were"
        why = "OneFile shows no change since they were last confirmed there"
        notices.append(f"{rows} not looked up one by one: {why}. Add --full to look everybody up.")
    if recollection is not None and (missed := recollection.missed(actions)):
        listed = ", ".join(map(str, missed[:MISSED_SHOWN])) + (" and more" if len(missed) > MISSED_SHOWN else "")
        notices.append(
            f"OneFile differs from what was confirmed there, though its search shows no change (user ids {listed}). "
            "Where somebody changed that by hand, set full_check_days = 0: the search cannot be relied on."
        )
    return tuple(notices)


def about_to_change(desk: Desk, target: Target, changes: Sequence[Change]) -> None:
    """Forgets what was confirmed of accounts that are to be changed, before anything is sent.

    Raises:
        JournalError: it cannot be written.
    """
    _memory(desk, target).forget([change.user_id for change in changes if isinstance(change, Update)])


def remember_read(desk: Desk, target: Target, world: World, actions: Sequence[Action]) -> None:
    """Keeps which accounts were found to hold all that their rows say; does nothing before the first submit.

    Raises:
        JournalError: it cannot be written.
    """
    if not desk.settings.secret_file.exists():
        return
    digest = row_digest(desk)
    # a change just before the look-up may not have been in a search yet
    until = world.looked_at - timedelta(seconds=desk.settings.settle_wait)
    memory = _memory(desk, target)
    before = memory.remembered() if world.recalled else {}
    found = {}
    for action in actions:
        if isinstance(action, Unchanged) and action.finding is None:
            one = Remembered(digest(payload(action.record)), until, world.looked_at)
            if action.record.key in world.recalled:
                known = before.get(action.user_id)
                if known is None:  # a run beside this one is about to change it
                    continue
                one = replace(one, until=max(until, known.until), checked=known.checked)
            found[action.user_id] = one
    memory.remember(found)
    memory.show(world.shown)


async def with_fields_shown(desk: Desk, target: Target, changes: Sequence[Change], sent: Sent, api: OneFile) -> Sent:
    """What was sent, with the fields that OneFile shows: a few of the accounts just written are fetched back.

    Only of fields that nobody has been seen with a value in yet, so that one which comes back empty later is known to
    have been emptied, and is not taken for hidden. Where OneFile does not answer nothing is learnt.

    Args:
        desk: the run's.
        target: where it went.
        changes: what was to be sent.
        sent: what came of it.
        api: OneFile, open.
    """
    with suppress(BulkImportError):
        known = SHOWN | sent.shown | _memory(desk, target).shown()
        records = {user_id: record for record, user_id in _written(changes, sent)}
        written = {user_id: payload(record) for user_id, record in records.items()}
        for _ in range(FETCHED_BACK):
            user_id = max(written, key=lambda id_: len(written[id_].keys() - known), default=None)
            if sent.stopped or user_id is None or written[user_id].keys() <= known:
                break
            account = await api.user(user_id) or {}
            sent = replace(sent, shown=sent.shown | agreeing(written[user_id], account))
            told = {name: value for name, value in written[user_id].items() if not isinstance(value, Awaited)}
            if otherwise(told, account):
                sent = replace(sent, doubtful=sent.doubtful | {records[user_id].key})
            known |= written[user_id].keys()
    return sent


def remember_written(
    desk: Desk,
    target: Target,
    run: str,
    changes: Sequence[Change],
    sent: Sent,
    *,
    actions: Sequence[Action],
) -> None:
    """Keeps what was sent and accepted at the first attempt, which accounts were written last, which fields are shown.

    Whatever was settled in another way is fetched the next time; so is everybody where the journal has failed.

    Args:
        desk: the run's.
        target: where it went.
        run: its name.
        changes: what was to be sent.
        sent: what came of it.
        actions: all that was decided, for the rows that name people of others.
    """
    with suppress(JournalError):
        _remember_written(desk, target, run, [*_written(changes, sent)], _accounts(actions, sent.outcomes))
        _memory(desk, target).show(sent.shown)


def _remember_written(
    desk: Desk, target: Target, run: str, done: Sequence[tuple[Record, int]], accounts: Mapping[Key, int]
) -> None:
    now, digest, memory = utc_now(), row_digest(desk), _memory(desk, target)
    memory.remember({user_id: Remembered(digest(_filled_in(record, accounts)), now, now) for record, user_id in done})
    sent_at = {one.planned.key: one.sent_at for one in desk.journal.operations(run)}
    seats: dict[tuple[int, int], list[tuple[datetime, int]]] = defaultdict(list)
    for record, user_id in done:
        if (moment := sent_at.get(record.key)) is not None:
            seats[int(str(record.values["OrganisationID"])), int(record.role)].append((moment, user_id))
    for seat, written in seats.items():
        memory.testify(seat, {user_id: moment for moment, user_id in sorted(written)[-WITNESSES:]})


def _filled_in(record: Record, accounts: Mapping[Key, int]) -> dict[str, Json]:
    """What was sent for a row, with the ids of accounts that other rows of the run mean."""
    return {
        name: accounts.get(value, value) if isinstance(value, Awaited) else value
        for name, value in payload(record).items()
    }


def _accounts(actions: Sequence[Action], outcomes: Mapping[Key, Outcome]) -> dict[Key, int]:
    there = {one.record.key: one.user_id for one in actions if isinstance(one, Update | Unchanged)}
    return there | {key: outcome.user_id for key, outcome in outcomes.items() if isinstance(outcome, Done)}


def _written(changes: Sequence[Change], sent: Sent) -> Iterator[tuple[Record, int]]:
    """What was accepted at the first attempt, but for rows that have been seen to come back otherwise."""
    for change in changes:
        if change.record.key in sent.doubtful:
            continue
        match sent.outcomes.get(change.record.key):
            case Done(user_id=user_id, confirmed=False, attempts=1) if (
                isinstance(change, Create) or change.finding is None
            ):
                yield change.record, user_id
            case _:
                pass
