"""Settings: where each value comes from, and what is said when one is wrong."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NoReturn

import keyring
import pytest

from bulk_import.catalogue import coding_problems
from bulk_import.customer_token import customer_token
from bulk_import.errors import SettingsError, UsageError
from bulk_import.findings import Severity
from bulk_import.known_settings import BASE_URLS, SETTINGS
from bulk_import.settings import load
from bulk_import.site_key import site_secret

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, text: str) -> Path:
    """A settings file with this text."""
    file = folder / "bulk-import.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_every_command_works_against_the_sandbox(tmp_path: Path) -> None:
    """Defaults alone are complete: sandbox, reports beside the working folder, 240 calls a minute."""
    found = load(environ={}, cwd=tmp_path)
    assert (found.environment, found.base_url, found.calls_per_minute, found.concurrency, found.timeout) == (
        "sandbox",
        "",
        240,
        8,
        30.0,
    )
    assert found.reports == tmp_path / "reports"
    assert found.journal == tmp_path / "reports" / "journal.db"
    assert set(found.origins.values()) == {"default"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("concurrency = 2\nenvironment = beta # ours\n", ' Write environment = "beta", in quotation marks.'),
        ("reports = C:\\reports", " Write reports = 'C:\\reports', in quotation marks."),
        ("customer_token = abcdef\n", ' Write customer_token = "…", in quotation marks.'),
        ("concurrency = \n", ""),
        ("columns = [1,", ""),
    ],
)
def test_a_text_without_quotation_marks_is_told_how_it_is_written(tmp_path: Path, text: str, said: str) -> None:
    """What the line should be is said where only the quotation marks are missing, and a token is never shown."""
    written(tmp_path, text)
    with pytest.raises(SettingsError) as stop:
        load(environ={}, cwd=tmp_path)
    assert stop.value.message.partition(").")[2] == said


def test_the_later_source_wins(tmp_path: Path) -> None:
    """File, then environment variable, then option: the last one that says something is taken."""
    written(tmp_path, "calls_per_minute = 100\nconcurrency = 2\ntimeout = 5\n")
    found = load(
        environ={"BULK_IMPORT_CONCURRENCY": "3", "BULK_IMPORT_TIMEOUT": "6"}, options={"timeout": 7}, cwd=tmp_path
    )
    assert (found.calls_per_minute, found.concurrency, found.timeout) == (100, 3, 7.0)
    assert found.origins["calls_per_minute"].endswith("bulk-import.toml")
    assert found.origins["concurrency"] == "BULK_IMPORT_CONCURRENCY"
    assert found.origins["timeout"] == "--timeout"


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """Five mistakes in three places give five sentences, each with its origin."""
    written(
        tmp_path,
        'environment = "lve"\nconcurency = 4\n[severity]\nuln-formt = "error"\nrequired = "fatal"\n',
    )
    with pytest.raises(SettingsError) as stop:
        load(environ={"BULK_IMPORT_TIMEOUT": "soon"}, cwd=tmp_path)
    text = "\n".join(stop.value.problems)
    assert len(stop.value.problems) == 5
    for part in ("Did you mean concurrency?", "must be one of sandbox", "uln-formt", "error, warning or note"):
        assert part in text
    assert "BULK_IMPORT_TIMEOUT: timeout must be a number of seconds" in text
    assert stop.value.exit_code == 2


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://wsapi.onefile.co.uk/api/v2.1", "must begin with https://"),
        ("ftp://example.com", "must be a web address"),
        ("https://user:pass@example.com/", "user name or password"),
        ("example.com", "must be a web address"),
        ("http://127.evil.example.com", "must begin with https://"),
        ("http://127.1", "must begin with https://"),
        ("https://example.com/?x=1", "nothing behind ?"),
        ("https://[::1", "must be a web address"),
        ("https://example.com:abc", "must be a web address"),
        ("https://example.com:99999/api", "must be a web address"),
        ("https://example.com /api", "must be a web address"),
    ],
)
def test_an_unsafe_address_is_refused(tmp_path: Path, address: str, said: str) -> None:
    """Plain http is for loopback only, and credentials never stand in an address."""
    with pytest.raises(SettingsError) as stop:
        load(environ={"BULK_IMPORT_ENVIRONMENT": "beta", "BULK_IMPORT_BASE_URL": address}, cwd=tmp_path)
    assert said in str(stop.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/api/v2.1", "http://localhost:1/", "http://[::1]:5/x"])
def test_plain_http_to_this_machine_is_taken(tmp_path: Path, address: str) -> None:
    """A server on this machine needs no certificate."""
    found = load(environ={"BULK_IMPORT_ENVIRONMENT": "beta", "BULK_IMPORT_BASE_URL": address}, cwd=tmp_path)
    assert found.base_url == address.rstrip("/")


@pytest.mark.parametrize("environment", sorted(set(BASE_URLS) - {"sandbox"}))
def test_each_environment_has_its_documented_address(tmp_path: Path, environment: str) -> None:
    """Beta, practice and live go to the vendor's documented hosts over https (article 76000020990)."""
    found = load(environ={"BULK_IMPORT_ENVIRONMENT": environment}, cwd=tmp_path)
    assert found.base_url.startswith("https://wsapi")
    assert found.base_url.endswith(".onefile.co.uk/api/v2.1")


def test_paths_in_a_file_are_relative_to_the_file(tmp_path: Path) -> None:
    """A scheduler's working folder changes nothing about where reports and journal go."""
    home = tmp_path / "home"
    elsewhere = tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    file = written(home, 'reports = "out"\n')
    found = load(config=file, environ={}, cwd=elsewhere)
    assert found.reports == home / "out"
    assert found.journal == home / "out" / "journal.db"
    assert found.secret_file == home / "bulk-import.key"


def test_an_option_path_is_relative_to_the_working_folder(tmp_path: Path) -> None:
    """--out means what the person sees in the prompt, even with --config elsewhere."""
    home = tmp_path / "home"
    home.mkdir()
    found = load(config=written(home, ""), environ={}, options={"out": "here"}, cwd=tmp_path)
    assert found.out == tmp_path / "here"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"environment = ", "not correct TOML"),
        (b"\xff\xfe\x00\x00", "not UTF-8"),
        (b"columns = 3", "[columns] must be a table"),
        (b'reports = "a\\u0000b"', "cannot be shown"),
        (b"a = " + b"[" * 5000, "deeper than any settings"),
        (b'environment = "sandbox"\nbase_url = "https://example.com"', "has no place"),
        (b"calls_per_minute = 0", "whole number from 1"),
        (b'bad_optional = "skip"', "bad_optional must be leave-out or stop-row"),
        (b"calls_per_minute = true", "whole number from 1"),
    ],
)
def test_a_broken_file_gets_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    """A settings file that cannot be used is named, with what is wrong."""
    file = tmp_path / "bulk-import.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as stop:
        load(environ={}, cwd=tmp_path)
    assert said in str(stop.value)


def test_wrong_field_names_are_said_with_the_rest(tmp_path: Path) -> None:
    """[columns] and [defaults] are checked together with everything else, each with its origin and a near name."""
    written(
        tmp_path,
        'timeout = 0\n[columns]\nCase = "MISD"\nComments = ""\n[defaults]\nclassroomid = "3"\nColour = "red"\n',
    )
    with pytest.raises(SettingsError) as stop:
        load(environ={}, cwd=tmp_path, fields=["MISID", "ClassroomID"])
    assert len(stop.value.problems) == 3
    assert "[columns] there is no field MISD. Did you mean MISID?" in str(stop.value)
    assert "[defaults] there is no field Colour." in str(stop.value)


@pytest.mark.parametrize(
    ("table", "line", "name"),
    [
        ("columns", "organisation_id = 1", "organisation_id"),
        ("columns", 'customer_token = "secret"', "customer_token"),
        ("columns", 'protect = ["id:5740"]', "protect"),
        ("defaults", 'environment = "beta"', "environment"),
        ("severity", "canary = 1", "canary"),
        ("codes", 'retention = "90d"', "retention"),
        ("codes.L12", "concurrency = 31", "concurrency"),
        ("unknown_codes", 'bad_optional = "leave-out"', "bad_optional"),
    ],
)
def test_a_setting_behind_a_table_is_said_to_be_one(tmp_path: Path, table: str, line: str, name: str) -> None:
    """What somebody appended to the file is named with the place where it belongs, once, and without its value."""
    file = written(tmp_path, f"[{table}]\n{line}\n")
    with pytest.raises(SettingsError) as stop:
        load(environ={}, cwd=tmp_path, fields=("MISID", "ULN"), coding_problems=coding_problems)
    (problem,) = stop.value.problems
    assert problem == (
        f"{file}: [{table}] {name} is a setting, and belongs into no table. "
        "Move its line above the first line in square brackets."
    )


def test_a_heading_may_be_called_like_a_setting(tmp_path: Path) -> None:
    """Where it is tied to a field, or its column is left out, it is a heading."""
    written(tmp_path, '[columns]\njournal = "misid"\ncanary = ""\n')
    assert load(environ={}, cwd=tmp_path, fields=("MISID",)).columns == {"journal": "misid", "canary": ""}


def test_onefile_s_own_id_is_a_column_and_nothing_to_be_updated(tmp_path: Path) -> None:
    """A heading may be tied to it, whatever its case; it is never sent, so it is nothing that could be updated."""
    fields = ["MISID", "OneFileID"]
    written(tmp_path, '[columns]\n"User ID" = "onefileid"\n')
    assert load(environ={}, cwd=tmp_path, fields=fields).columns == {"User ID": "onefileid"}
    written(tmp_path, 'update_undocumented = ["OneFileID"]\n')
    with pytest.raises(SettingsError, match="OneFileID can never be updated"):
        load(environ={}, cwd=tmp_path, fields=fields)


def test_out_moves_reports_alone(tmp_path: Path) -> None:
    """--out is where the run's folder goes; journal and sandbox stay with the reports folder."""
    found = load(environ={}, options={"out": "elsewhere"}, cwd=tmp_path)
    assert found.out == tmp_path / "elsewhere"
    assert found.journal == tmp_path / "reports" / "journal.db"
    assert found.sandbox_state == tmp_path / "reports" / "sandbox.db"


@pytest.mark.parametrize(
    "hours",
    [
        '"07:30-07:00"',
        '["00:00-12:00", "12:00-00:00"]',
        '["07:00-07:30", "12:00-00:01"]',
        '["06:00-18:00", "17:59-18:01"]',
        '"12:00-00:01"',
    ],
)
def test_hours_that_close_more_than_half_of_the_day_are_refused(tmp_path: Path, hours: str) -> None:
    """A window that was typed the wrong way round would let every run rest; it is asked about instead."""
    written(tmp_path, f"maintenance = {hours}\n")
    with pytest.raises(SettingsError, match="were a start and an end swapped"):
        load(environ={}, cwd=tmp_path)


def test_what_was_swapped_is_shown_both_ways(tmp_path: Path) -> None:
    """The sentence names the setting's place, the window, and how long it lasts each way."""
    with pytest.raises(SettingsError) as stop:
        load(environ={"BULK_IMPORT_MAINTENANCE": "12:00-12:15,07:30-07:00"}, cwd=tmp_path)
    assert stop.value.message == (
        "BULK_IMPORT_MAINTENANCE: maintenance must leave OneFile open for half of every day or more, and closes it for "
        "23 h 30 min: were a start and an end swapped? 07:30-07:00 lasts 23 h 30 min, 07:00-07:30 lasts 0 h 30 min."
    )


@pytest.mark.parametrize(
    "hours",
    ['"07:00-07:30"', '"20:00-08:00"', '["07:00-07:30", "12:30-13:00"]', '["06:00-18:00", "17:00-17:30"]', "[]"],
)
def test_hours_that_leave_half_of_the_day_open_are_taken(tmp_path: Path, hours: str) -> None:
    """One window or several, past midnight too, and what several have in common counts once."""
    written(tmp_path, f"maintenance = {hours}\n")
    assert len(load(environ={}, cwd=tmp_path).maintenance) == hours.count("-")


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """A mistyped --config does not quietly mean the defaults."""
    with pytest.raises(SettingsError) as stop:
        load(config=tmp_path / "nowhere.toml", environ={}, cwd=tmp_path)
    assert "nowhere.toml" in str(stop.value)


def test_tables_are_taken(tmp_path: Path) -> None:
    """[columns], [defaults] and [severity] arrive as text, numbers included."""
    written(tmp_path, '[columns]\nCase = "MISID"\n[defaults]\nClassroomID = 201\n[severity]\nuln-format = "warning"\n')
    found = load(environ={}, cwd=tmp_path)
    assert found.columns == {"Case": "MISID"}
    assert found.defaults == {"ClassroomID": "201"}
    assert found.severities == {"uln-format": Severity.WARNING}


def test_lists_of_codes_are_taken(tmp_path: Path) -> None:
    """A field's list is a name or a table of the centre's own, whose codes may be typed as numbers."""
    written(
        tmp_path,
        '[codes]\nL13 = "hesa"\nLLDDCat = "primary"\n[codes.L12]\nWBRI = 31\n7 = "39"\n'
        '[unknown_codes]\nL14 = "leave-out"\n',
    )
    found = load(environ={}, cwd=tmp_path, coding_problems=coding_problems)
    assert found.codes == {"L13": "hesa", "LLDDCat": "primary", "L12": {"WBRI": "31", "7": "39"}}
    assert found.unknown_codes == {"L14": "leave-out"}


def test_wrong_lists_of_codes_are_said_with_the_rest(tmp_path: Path) -> None:
    """A list that does not exist is one of the problems, with the file it stands in."""
    file = written(tmp_path, 'timeout = 0\n[codes]\nL12 = "hesaa"\n')
    with pytest.raises(SettingsError) as stop:
        load(environ={}, cwd=tmp_path, coding_problems=coding_problems)
    assert len(stop.value.problems) == 2
    assert f"{file}: [codes] L12 must be one of onefile, ilr" in str(stop.value)
    written(tmp_path, "codes = 3\n")
    with pytest.raises(SettingsError, match=r"\[codes\] must be a table"):
        load(environ={}, cwd=tmp_path, coding_problems=coding_problems)


def test_the_token_is_never_in_the_repr(tmp_path: Path) -> None:
    """Printing the settings shows no token."""
    found = load(environ={"BULK_IMPORT_CUSTOMER_TOKEN": "sesame-7f3a"}, cwd=tmp_path)
    assert customer_token(found) == "sesame-7f3a"
    assert "sesame" not in repr(found)


def test_the_token_comes_from_its_file(tmp_path: Path) -> None:
    """A file with the token and a line end is enough; a byte-order mark does no harm."""
    (tmp_path / "token.txt").write_bytes(b"\xef\xbb\xbfsesame-7f3a\r\n")
    found = load(environ={"BULK_IMPORT_CUSTOMER_TOKEN_FILE": "token.txt"}, cwd=tmp_path)
    assert customer_token(found) == "sesame-7f3a"


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff\xff"])
def test_a_bad_token_file_gets_a_sentence_without_its_content(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty or odd, the file is named and its content is not."""
    if content is not None:
        (tmp_path / "token.txt").write_bytes(content)
    found = load(environ={"BULK_IMPORT_CUSTOMER_TOKEN_FILE": "token.txt"}, cwd=tmp_path)
    with pytest.raises(UsageError) as stop:
        customer_token(found)
    assert "token.txt" in str(stop.value)
    assert "two words" not in str(stop.value)


def test_without_any_token_the_sentence_says_where_to_put_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty keyring is no traceback but a sentence with the command to use."""
    before = keyring.get_keyring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", keyring.core.load_keyring("keyring.backends.null.Keyring"))
    assert keyring.get_keyring() is not before
    found = load(environ={"BULK_IMPORT_ENVIRONMENT": "beta"}, cwd=tmp_path)
    with pytest.raises(UsageError) as stop:
        customer_token(found)
    assert "keyring set bulk-import beta" in str(stop.value)


def test_every_setting_has_a_sentence() -> None:
    """Doctor and the docs can explain each setting."""
    assert all(setting.help.endswith(".") for setting in SETTINGS)


def test_a_key_file_is_made_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is killed while making the key leaves nothing that would stop the next run."""
    settings = load(environ={}, cwd=tmp_path)

    def killed(_bytes: int) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(secrets, "token_bytes", killed)
        with pytest.raises(KeyboardInterrupt):
            site_secret(settings)
    assert not settings.secret_file.exists()
    assert len(site_secret(settings)) == 32


def test_two_runs_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    """Whoever comes second takes the first one's key, and no half-made file is left."""
    settings = load(environ={}, cwd=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: site_secret(settings), range(32)))
    assert keys == {site_secret(settings)}
    assert [file.name for file in tmp_path.iterdir()] == ["bulk-import.key"]


@pytest.mark.parametrize(
    ("written_as", "wanted"),
    [
        ('protect = ["M1234", "id:5740"]', {"M1234", "id:5740"}),
        ('protect = ["id: 5740", "ID :5741"]', {"id:5740", "id:5741"}),
        ('protect = ["id:05740", "ID: 0005741", "id:0", "05740"]', {"id:5740", "id:5741", "id:0", "05740"}),
        ('protect = ["id: A01"]', {"id:A01"}),
        ("protect = []", set()),
        ("protect = [5740]", None),
        ('protect = ["", "M1"]', None),
        ("protect = 5740", None),
    ],
)
def test_protected_people_are_texts(tmp_path: Path, written_as: str, wanted: set[str] | None) -> None:
    """A bare number could be a MISID or a user id, so it is refused with the way to write either."""
    written(tmp_path, written_as)
    if wanted is None:
        with pytest.raises(SettingsError, match='user ids such as "id:5740"'):
            load(environ={}, cwd=tmp_path)
    else:
        assert load(environ={}, cwd=tmp_path).protect == wanted
    assert load(environ={"BULK_IMPORT_PROTECT": "M1, id:7"}, cwd=tmp_path / "elsewhere").protect == {"M1", "id:7"}
