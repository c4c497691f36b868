"""The state outlives the server; the practice data is always the same; people can look at it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bulk_import.sandbox import ORGANISATION_ID, Fault, Faults, StateError
from tests.sandbox.desk import desk, person

if TYPE_CHECKING:
    from pathlib import Path


def test_the_practice_data() -> None:
    """A new practice OneFile holds the people that the table in `seed` names."""
    with desk() as one:
        assert sorted(one.found(Role=5, OrganisationID=ORGANISATION_ID)) == [*range(101, 111), 112]
        assert sorted(one.found(Role=4)) == [121, 122, 123]
        assert sorted(one.found(Role=10)) == [131, 132, 133]
        assert sorted(one.found(Role=45)) == [141, 142]
        assert sorted(one.found(Role=40)) == list(range(601, 607))
        assert sorted(one.found(Role=1)) == [*range(1001, 1026), *range(1027, 1031)]


def test_the_practice_data_is_made_up_and_sound() -> None:
    """All e-mail addresses are at example.com, telephones in the range for fiction, and what they point at exists."""
    with desk() as one:
        for user in one.world.users():
            assert str(user["Email"]).endswith("@example.com")
            assert str(user.get("MobileNumber", "07700 900000")).startswith("07700 900")
        everybody = [user for user in one.world.users() if user["OrganisationID"] != 3]
        same = ("DefaultAssessorID", "ClassroomID", "PlacementID")
        for user in everybody:
            changed = {name: user[name] for name in same if name in user}
            assert one.world.store.one("SELECT 1 FROM users WHERE id = ?", user["ID"]) is not None
            assert one.post(f"User/{user['ID']}", changed).status_code == 204, user["ID"]


def test_state_survives_a_restart(tmp_path: Path) -> None:
    """A second server on the same file has the accounts, the sessions, the mail and the counters of the first."""
    state = tmp_path / "onefile.db"
    with desk(state=state) as one:
        number = one.create(MISID="KEPT")
        one.post("User/1001/Archive")
        session = one.session
    with desk(state=state, log_in=False) as two:
        two.session = session
        assert two.found(Role=1, MISID="KEPT") == [number]
        assert 1001 in two.found(Role=2)
        assert [mail.user for mail in two.world.would_email()] == [number]
        assert two.create() == number + 1
        assert len(two.world.users()) == len({user["ID"] for user in two.world.users()})


def test_a_session_expires_across_a_restart(tmp_path: Path) -> None:
    """The 24 hours go on while the server is down."""
    state = tmp_path / "onefile.db"
    with desk(state=state) as one:
        session = one.session
    with desk(state=state, log_in=False) as two:
        two.session = session
        two.now += 24 * 3600
        assert two.get("Customer").status_code == 401


def test_a_lag_survives_a_restart(tmp_path: Path) -> None:
    """An account that searches do not show yet is still hidden after a restart."""
    state = tmp_path / "onefile.db"
    with desk(state=state, faults=Faults([Fault(kind="search-lag", seconds=10)])) as one:
        number = one.create(MISID="LATE")
    with desk(state=state) as two:
        assert two.found(Role=1, MISID="LATE") == []
        two.now += 10
        assert two.found(Role=1, MISID="LATE") == [number]


def test_a_refused_create_leaves_nothing(tmp_path: Path) -> None:
    """A create that is refused takes no id, no user name and no mail."""
    with desk(state=tmp_path / "onefile.db") as one:
        one.post("User", person(1, PlacementID=999))
        assert one.create() == 5001
        assert one.world.user(5001)["Username"] == "NMORGAN"
        assert len(one.world.would_email()) == 1


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """A file that is no state of ours is refused and not touched."""
    text = tmp_path / "notes.txt"
    text.write_text("this is no database, " * 100, encoding="utf-8")
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE mine (a)")
    connection.close()
    for path in (text, other, tmp_path / "no" / "folder.db", tmp_path):
        with pytest.raises(StateError, match="cannot be used"), desk(state=path):
            pass
    assert text.read_text(encoding="utf-8").startswith("this is no database")


def test_two_servers_on_one_file_share_it(tmp_path: Path) -> None:
    """Two servers on one file never give the same id, and see each other's accounts."""
    state = tmp_path / "onefile.db"
    with desk(state=state) as one, desk(state=state) as two:
        assert [one.create(), two.create(), one.create()] == [5001, 5002, 5003]
        assert sorted(two.found(Role=1, Email="nia.morgan@example.com")) == [5001, 5002, 5003]


def test_people_can_look_at_it() -> None:
    """The page and its JSON show counts, the newest users, mail and calls, without a session, and count as no call."""
    with desk() as one:
        one.create(FirstName="<b>Nia</b>")
        calls = len(one.world.calls())
        for address in ("https://sandbox/", "https://sandbox/sandbox"):
            page = one.send("GET", address)
            assert page.status_code == 200
            assert "&lt;b&gt;Nia&lt;/b&gt;" in page.text
            assert "<b>Nia" not in page.text
        shown = one.send("GET", "https://sandbox/sandbox.json").json()
        assert shown["newest_users"][0]["ID"] == 5001
        assert shown["users"]["by_role"]["1"] == 31
        assert shown["would_email"]["total"] == 1
        assert (shown["calls"]["last_minute"], shown["calls"]["worst_minute"]) == (2, 2)
        assert len(one.world.calls()) == len(one.world.admitted()) == calls


def test_no_web_site_can_look_at_it() -> None:
    """Under any but a local name the pages are closed."""
    with desk() as one:
        assert one.send("GET", "http://evil.example.com/sandbox.json").status_code == 403


def test_importing_it_is_cheap() -> None:
    """Importing the package loads no web server, no HTTP client and no database."""
    heavy = ["starlette", "uvicorn", "httpx", "sqlite3", "asyncio", "tomllib"]
    script = f"import sys, json, bulk_import.sandbox as s; print(json.dumps([m for m in {heavy} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
