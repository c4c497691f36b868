"""Night after night the same file: only what changed costs calls, and whatever happened in between comes out right."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from bulk_import import sandbox
from bulk_import.errors import RefusedAsUnsafe
from bulk_import.journal import Journal
from tests.journeys.command import enrol, learner, report_of, run, tutor, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bulk_import.sandbox import Running

pytestmark = pytest.mark.journey

PAGE = 100
SPARE = 10
LISTS = 14
"""Calls for what is there already: log-in, customer, centres, accounts of six roles, classes and placements."""


AT_ONCE = {"BULK_IMPORT_SETTLE_WAIT": "0", "BULK_IMPORT_CALL_LIFETIME": "0"}
"""Nothing has to be waited for here, and nights follow each other at once."""


class College:
    """A college's nightly submit to a practice OneFile.

    Attributes:
        totals: of the last night's rows.
        calls: those of the last night, as the practice OneFile counts them: read, search, create, update, list, other.
        report: of the last night.
        notices: what it says in sentences.
    """

    def __init__(self, folder: Path, onefile: Running) -> None:
        self._folder = folder
        self._onefile = onefile
        self.env = {
            "BULK_IMPORT_ENVIRONMENT": "beta",
            "BULK_IMPORT_BASE_URL": onefile.base_url,
            "BULK_IMPORT_CUSTOMER_TOKEN": onefile.customer_token,
            **AT_ONCE,
        }
        self.totals: Mapping[str, int] = {}
        self.calls: Counter[str] = Counter()
        self.report: Any = None
        self.notices = ""

    def night(self, people: Sequence[Mapping[str, str]], *words: str) -> Mapping[str, int]:
        """Submits the file; how many rows came to what, without those of zero."""
        write_csv(self._folder / "people.csv", people)
        before = len(self._onefile.world.calls())
        done = run(self._folder, "submit", "people.csv", "--yes", "--json", *words, env=self.env)
        assert done.out, done.err
        self.calls = Counter(_kind(call.method, call.path) for call in self._onefile.world.calls()[before:])
        self.report, self.notices = report_of(done), done.err
        self.totals = {name: count for name, count in done.json["totals"].items() if count and name != "read"}
        return self.totals


def _kind(method: str, path: str) -> str:
    last = path.rstrip("/").split("/")
    if method == "GET" and last[-2] == "User":
        return "read"
    if method == "POST" and last[-1] == "User":
        return "create"
    if method == "POST" and last[-2] == "User" and last[-1].isdigit():
        return "update"
    return "other"


@pytest.fixture
def onefile() -> Iterator[Running]:
    """A practice OneFile that tests can look into."""
    with sandbox.running() as running:
        yield running


def test_five_nights(tmp_path: Path, onefile: Running) -> None:
    """New, unchanged, changed, one leaver, one renamed by hand: each ends as a person would expect."""
    college = College(tmp_path, onefile)
    people = [tutor(1), *(learner(number) for number in range(2, 8))]
    assert college.night(people) == {"created": 7}
    ids = ids_by_misid(onefile)

    assert college.night(people) == {"unchanged": 7}
    assert (college.calls["read"], college.calls["update"]) == (0, 0)

    moved = [*people[:-1], learner(7, ClassroomID="202")]
    assert college.night(moved) == {"unchanged": 6, "updated": 1}
    assert (college.calls["read"], college.calls["update"]) == (1, 1)

    leaver = onefile.world.user(ids["J0002"])
    stayed = [one for one in moved if one["MISID"] != "J0002"]
    assert college.night(stayed) == {"unchanged": 6}
    assert f"no longer in the file, and OneFile still has their account (user id {ids['J0002']})" in college.notices
    assert onefile.world.user(ids["J0002"]) == leaver
    (page,) = tmp_path.glob(f"reports/{college.report['run']}/report.html")
    told = page.read_text(encoding="utf-8")
    assert run(tmp_path, "report", college.report["run"], env=college.env).code == 0
    assert (
        "Khan" in told.partition("Leavers</h2>")[2].partition("</section>")[0],
        page.read_text(encoding="utf-8"),
    ) == (
        True,
        told,
    )

    change(onefile, ids["J0003"], LastName="Married")
    assert college.night(stayed) == {"unchanged": 5, "updated": 1}
    (row,) = [row for row in college.report["rows"] if row["status"] == "updated"]
    assert (row["misid"], row["changes"]) == ("J0003", ["LastName"])
    assert {one["found_by"] for one in college.report["rows"]} == {"MISID"}
    story = run(tmp_path, "explain", college.report["run"], str(row["row"]), env=college.env).out
    assert f"(user id {ids['J0003']}, found by MISID)" in " ".join(story.split())
    assert onefile.world.user(ids["J0003"])["LastName"] == learner(3)["LastName"]
    assert f"(user id {ids['J0002']})" in college.notices
    assert onefile.world.user(ids["J0002"]) == leaver


def test_reports_with_leavers_are_left_only_where_they_are_whole_and_true(tmp_path: Path, onefile: Running) -> None:
    """A file to correct that is gone comes back; a report from before the run went on is written anew."""
    college = College(tmp_path, onefile)
    assert college.night([learner(1), learner(2)]) == {"created": 2}
    assert college.night([learner(1), learner(3, Email="nobody")]) == {"unchanged": 1, "invalid": 1}
    name = college.report["run"]
    folder = tmp_path / "reports" / name
    results, told = folder / "results.xlsx", (folder / "report.json").read_text(encoding="utf-8")
    before, (fix,) = results.read_bytes(), folder.glob("*-to-fix*")
    fix.unlink()
    again = run(tmp_path, "report", name, "--json", env=college.env)
    assert (again.code, fix.exists(), results.read_bytes() == before) == (1, True, True)
    assert "left as they are" in again.err
    (folder / "report.json").write_text(told.replace('"exit_code": 1', '"exit_code": 3'), encoding="utf-8")
    assert "left as they are" not in run(tmp_path, "report", name, "--json", env=college.env).err
    assert '"exit_code": 1' in (folder / "report.json").read_text(encoding="utf-8")


def test_nobody_is_forgotten_between_two_nights(tmp_path: Path, onefile: Running) -> None:
    """Neither a run of chosen rows nor a night with an error in somebody's row hides that they have left since."""
    college = College(tmp_path, onefile)
    people = [learner(number) for number in range(1, 5)]
    assert college.night(people) == {"created": 4}
    left = {"user_id": ids_by_misid(onefile)["J0004"], "misid": "J0004"}
    college.night(people[:3], "--only", "2")
    assert college.report["leavers"] == [left]
    assert college.night([*people[:3], learner(4, Email="nonsense")]) == {"unchanged": 3, "invalid": 1}
    assert college.report["leavers"] == []
    with Journal.open(tmp_path / "reports" / "journal.db") as journal:
        assert journal.runs()[0].closing["known"] == 3
    assert college.night(people[:3]) == {"unchanged": 3}
    assert college.report["leavers"] == [left]


def test_onefile_s_own_ids_find_whom_nothing_else_finds(tmp_path: Path, onefile: Running) -> None:
    """An id corrects a MISID; one of another role's account makes nobody; the night after costs no look-up."""
    college = College(tmp_path, onefile)
    people = [tutor(1), *(learner(number) for number in range(2, 5))]
    assert college.night(people) == {"created": 4}
    ids = ids_by_misid(onefile)
    told = [{**one, "User ID": str(ids[one["MISID"]])} for one in people]
    renamed = [*told[:2], {**told[2], "MISID": "K0003"}, {**told[3], "User ID": "101"}]
    users = len(onefile.world.users())
    choice = ("--map", "User ID=OneFileID")
    assert college.night(renamed, *choice) == {"unchanged": 2, "updated": 1, "held": 1}
    assert onefile.world.user(ids[people[2]["MISID"]])["MISID"] == "K0003"
    (found,) = college.report["rows"][3]["findings"]
    assert (found["code"], found["field"], found["cell"]) == ("account-not-there", "OneFileID", "J5")
    assert college.night([*renamed[:3], told[3]], *choice) == {"unchanged": 4}
    assert college.calls["read"] <= 1
    assert len(onefile.world.users()) == users


@pytest.mark.parametrize("person", [tutor, learner])
def test_the_second_night_costs_only_what_changed(
    tmp_path: Path, onefile: Running, person: Callable[..., dict[str, str]]
) -> None:
    """A call a page of accounts, one a create, two a change and ten; the first night 1.02 a person and the lists."""
    college = College(tmp_path, onefile)
    people = [person(number) for number in range(120)]
    assert college.night(people) == {"created": 120}
    assert college.calls.total() <= 1.02 * 120 + LISTS
    changed = [{**one, "MobileNumber": "07700 900123"} if at < 3 else one for at, one in enumerate(people)]
    assert college.night([*changed, person(120), person(121)]) == {"unchanged": 117, "updated": 3, "created": 2}
    roles = Counter(user["Role"] for user in onefile.world.users())
    pages = sum(math.ceil(count / PAGE) for count in roles.values())
    assert college.calls["read"] == 3
    assert college.calls.total() <= pages + 2 + 2 * 3 + SPARE


def ids_by_misid(onefile: Running) -> dict[str, int]:
    """The accounts, by what the college calls their people."""
    return {str(user.get("MISID")): int(str(user["ID"])) for user in onefile.world.users()}


def change(onefile: Running, user_id: int, **values: str) -> None:
    """Somebody changes an account by hand."""
    import httpx  # noqa: PLC0415 - as in `enrol`

    with httpx.Client(base_url=onefile.base_url) as client:
        session = client.post("/Authentication", headers={"X-CustomerToken": onefile.customer_token}).text
        client.headers["X-TokenID"] = session.strip().strip('"')
        client.post(f"/User/{user_id}", json=values).raise_for_status()


@pytest.mark.parametrize("switch", ["ignored", "full"])
def test_without_a_memory_to_be_trusted_everybody_is_looked_up(tmp_path: Path, switch: str) -> None:
    """A filter that does nothing, and --full, cost calls and change no result."""
    with sandbox.running(switches=sandbox.Switches(filters="ignored" if switch == "ignored" else "honest")) as onefile:
        college = College(tmp_path, onefile)
        people = [learner(number) for number in range(3)]
        assert college.night(people) == {"created": 3}
        assert college.night(people, *(["--full"] if switch == "full" else [])) == {"unchanged": 3}
        assert college.calls["read"] == 3


def test_a_field_that_onefile_never_shows_is_sent_once(tmp_path: Path, onefile: Running) -> None:
    """What was confirmed is not sent again when somebody else has changed the account; --full sends it again."""
    college = College(tmp_path, onefile)
    people = [learner(1, CompanyName="Acme Ltd"), learner(2)]
    assert college.night(people) == {"created": 2}
    ids = ids_by_misid(onefile)
    change(onefile, ids["J0001"], Website="https://example.com")
    assert college.night(people) == {"unchanged": 2}
    assert college.calls["read"] == 1
    assert college.night(people, "--full") == {"unchanged": 1, "updated": 1}


@pytest.mark.parametrize("misid", ["", "J0001"])
def test_nobody_is_made_a_second_time_after_a_change_by_hand(tmp_path: Path, onefile: Running, misid: str) -> None:
    """An account whose name, or whose MISID and e-mail address, somebody changed by hand is not made anew."""
    college = College(tmp_path, onefile)
    people = [learner(1, MISID=misid), learner(2)]
    assert college.night(people) == {"created": 2}
    assert college.night(people) == {"unchanged": 2}
    made = {str(user["Email"]): int(str(user["ID"])) for user in onefile.world.users()}["learner1@example.com"]
    change(onefile, made, LastName="Married", Email="other@example.com", MISID="X1" if misid else "")
    assert college.night(people) == {"unchanged": 1, "held": 1}
    (held,) = [row for row in college.report["rows"] if row["status"] == "held"]
    assert (held["user_id"], [one["code"] for one in held["findings"]]) == (made, ["account-made-before"])
    assert college.night(people, "--again", "2-3") == {"unchanged": 1, "created": 1}
    assert "--again had no effect for row 3: it has its account already." in college.report["notices"]
    told = run(tmp_path, "explain", college.report["run"], "2", "--json", env=college.env).json["story"]
    assert told["What OneFile had, and what was decided"] == [
        "Another account was asked for with --again, so one was to be made whether OneFile had the person or not."
    ]


def test_a_second_account_that_somebody_asked_for_is_the_rows_from_then_on(tmp_path: Path, onefile: Running) -> None:
    """Name and e-mail address fit both accounts, and the MISID tells which is meant."""
    college, again = College(tmp_path, onefile), [learner(1, MISID="SECOND")]
    assert college.night([learner(1)]) == {"created": 1}
    assert college.night(again) == {"held": 1}
    assert college.night(again, "--again", "2") == {"created": 1}
    assert college.night(again) == {"unchanged": 1}
    assert college.night([learner(1)]) == {"unchanged": 1}


@pytest.mark.parametrize("meanwhile", [True, False])
def test_a_late_answer_is_given_to_onefile_as_it_is_by_then(
    tmp_path: Path, onefile: Running, monkeypatch: pytest.MonkeyPatch, *, meanwhile: bool
) -> None:
    """Whoever answers after lunch does not make somebody whom a colleague has typed in meanwhile."""
    from bulk_import import run as product  # noqa: PLC0415 - heavy where processes are forked
    from bulk_import.settings import load  # noqa: PLC0415 - as above

    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "people.csv", [learner(1)])
    settings = load(options={"canary": 0, "settle_wait": 0.0}, cwd=tmp_path, environ={})
    target = product.Target("practice", onefile.base_url, onefile.customer_token)

    def approve(_: product.Preview) -> bool:
        return not meanwhile or bool(enrol(onefile, [learner(1)]))

    orders = product.Orders(approve=approve, say=lambda _: None, patience=0.0)
    job = product.Job(files=(tmp_path / "people.csv",))
    if meanwhile:
        with pytest.raises(RefusedAsUnsafe, match="1 fewer create, 1 more unchanged row"):
            product.submit(job, settings, target, orders=orders, progress=lambda _: None)
    else:
        product.submit(job, settings, target, orders=orders, progress=lambda _: None)
    assert [user["Email"] for user in onefile.world.users()].count("learner1@example.com") == 1


def test_a_field_that_somebody_emptied_by_hand_is_filled_again(tmp_path: Path) -> None:
    """An answer without it is not taken for one that hides it, since what was written had come back with it."""
    with sandbox.running(switches=sandbox.Switches(account_fields="all")) as onefile:
        college = College(tmp_path, onefile)
        people = [learner(1, CompanyName="Acme Ltd"), learner(2)]
        assert college.night(people, "--canary", "0") == {"created": 2}
        assert college.calls["read"] == 1
        change(onefile, ids_by_misid(onefile)["J0001"], CompanyName="")
        assert college.night(people) == {"unchanged": 1, "updated": 1}


def test_a_practice_onefile_that_is_started_afresh_gets_its_people_again(tmp_path: Path) -> None:
    """Whoever deletes the file of the practice OneFile starts from nothing: nobody is held as made before."""
    write_csv(tmp_path / "people.csv", [learner(1)])
    for _ in range(2):
        done = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=AT_ONCE)
        assert done.json["totals"]["created"] == 1
        (tmp_path / "reports" / "sandbox.db").unlink()


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ({}, {"Email": "new@example.com"}, "held"),
        ({"MISID": ""}, {"MISID": "J0001"}, "held"),
        ({"MISID": ""}, {"ClassroomID": "202"}, "held"),
        ({"MISID": ""}, {"MISID": "", "FirstName": "Sam", "LastName": "Sibling"}, "created"),
    ],
    ids=["a new address", "a MISID of late", "another class", "somebody else behind one address"],
)
def test_whoever_was_made_is_known_though_the_account_is_hidden(
    tmp_path: Path, onefile: Running, before: Mapping[str, str], after: Mapping[str, str], status: str
) -> None:
    """By MISID, or by e-mail address and names together: an archived account is not made once more."""
    college = College(tmp_path, onefile)
    assert college.night([learner(1, **before)]) == {"created": 1}
    (made,) = [user["ID"] for user in onefile.world.users() if user["Email"] == "learner1@example.com"]
    change(onefile, int(str(made)), FirstName="Gone", LastName="Away", Email="gone@example.com", MISID="GONE")
    assert college.night([learner(1, **{**before, **after})]) == {status: 1}


@pytest.mark.parametrize("lost", ["", f"{'ab' * 32}\n"], ids=["gone", "replaced"])
def test_without_its_key_the_journal_knows_nobody_and_nothing_is_sent(
    tmp_path: Path, onefile: Running, lost: str
) -> None:
    """A key that is gone, or another one, stops a run, because whoever was made before could be made twice."""
    college, key = College(tmp_path, onefile), tmp_path / "bulk-import.key"
    assert college.night([learner(1)]) == {"created": 1}
    kept = key.read_bytes()
    key.unlink()
    if lost:
        key.write_text(lost, encoding="ascii")
    done = run(tmp_path, "submit", "people.csv", "--yes", env=college.env)
    assert (done.code, "Bring the file back" in done.err) == (4, True)
    key.write_bytes(kept)
    assert college.night([learner(1)]) == {"unchanged": 1}


def test_a_onefile_that_was_set_back_is_told_from_people_hidden_one_by_one(tmp_path: Path, onefile: Running) -> None:
    """Nobody is made again without a word, and the report says what may have happened and what to do."""
    everybody, told = [learner(number) for number in range(1, 6)], "OneFile shows none of the 5 accounts"
    assert College(tmp_path, onefile).night(everybody) == {"created": 5}
    with sandbox.running() as fresh:
        college = College(tmp_path, fresh)
        assert college.night(everybody) == {"held": 5}
        assert told in college.notices
        assert college.night([*everybody[:4], learner(9)]) == {"held": 4, "created": 1}
        assert "OneFile shows none" not in college.notices
