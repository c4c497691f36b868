"""The practice OneFile on a real loopback socket."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from bulk_import.sandbox import CUSTOMER_TOKEN, Fault, Faults, SandboxError, running, serve
from tests.sandbox.desk import person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bulk_import.sandbox.faults import FaultKind

pytestmark = pytest.mark.journey

_SERVE = """
import sys
from pathlib import Path
from bulk_import.sandbox import serve
serve(port=0, state=Path(sys.argv[1]), faults=None, on_ready=lambda url: print(url, flush=True))
print("stopped", flush=True)
"""


@contextmanager
def client(base_url: str) -> Iterator[httpx.Client]:
    """A client with a session."""
    with httpx.Client(base_url=base_url, timeout=10) as one:
        response = one.post("Authentication", headers={"X-CustomerToken": CUSTOMER_TOKEN})
        one.headers["X-TokenID"] = response.text
        yield one


@contextmanager
def process(state: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and its base URL."""
    command = [sys.executable, "-c", _SERVE, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        try:
            yield one, one.stdout.readline().strip()
        finally:
            one.kill()


def test_a_server_in_the_background() -> None:
    """Calls are answered on loopback, the world can be seen from outside, and nothing is left behind."""
    before = threading.active_count()
    with running() as onefile:
        assert onefile.base_url.startswith("http://127.0.0.1:")
        assert onefile.base_url.endswith("/api/v2.1")
        assert onefile.customer_token == CUSTOMER_TOKEN
        with client(onefile.base_url) as one:
            number = one.post("User", json=person(1)).json()["ID"]
        assert onefile.world.user(number)["FirstName"] == "Nia"
        port = int(onefile.base_url.split(":")[2].partition("/")[0])
    assert threading.active_count() == before
    with pytest.raises(OSError, match=r"refused|actively"), socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    gc.collect()  # whatever was left open would warn now, and warnings are errors


@pytest.mark.parametrize(
    ("kind", "seen", "accounts"),
    [
        ("reset-before", httpx.ReadError, 0),
        ("reset-after", httpx.ReadError, 1),
        ("truncated", httpx.RemoteProtocolError, 1),
        ("stall-before", httpx.ReadTimeout, 0),
        ("stall-after", httpx.ReadTimeout, 1),
    ],
)
def test_faults_on_the_wire(kind: FaultKind, seen: type[Exception], accounts: int) -> None:
    """A reset, a broken answer and a stall are real ones, and the next call on a new connection works."""
    plan = Faults([Fault(kind=kind, on="create", calls=(1,))])
    with running(faults=plan) as onefile, client(onefile.base_url) as one:
        with pytest.raises(httpx.TransportError) as raised:
            one.post("User", json=person(1), timeout=0.3 if kind.startswith("stall") else 10)
        assert type(raised.value) is seen
        assert sum(user["FirstName"] == "Nia" for user in onefile.world.users()) == accounts
        assert one.post("User", json=person(1)).status_code == 200


def test_a_truncated_update_breaks_off_too() -> None:
    """An update, whose answer has no body, can break off as well."""
    plan = Faults([Fault(kind="truncated", on="update")])
    with running(faults=plan) as onefile, client(onefile.base_url) as one:
        with pytest.raises(httpx.RemoteProtocolError):
            one.post("User/1001", json={"MISID": "CUT"})
        assert onefile.world.user(1001)["MISID"] == "CUT"


def test_stopping_in_the_middle_of_a_stall() -> None:
    """A server with a silent call under way, its client still waiting, stops all the same and leaves no thread."""
    with socket.socket() as silent, running(faults=Faults([Fault(kind="stall", on="get")])) as onefile:
        port = int(onefile.base_url.split(":")[2].partition("/")[0])
        with client(onefile.base_url) as one:
            session = one.headers["X-TokenID"]
        silent.connect(("127.0.0.1", port))
        silent.sendall(f"GET /api/v2.1/Customer HTTP/1.1\r\nHost: x\r\nX-TokenID: {session}\r\n\r\n".encode())
        deadline = time.monotonic() + 10
        while len(onefile.world.calls()) < 2:
            assert time.monotonic() < deadline
    assert not [thread for thread in threading.enumerate() if thread.name == "sandbox"]
    gc.collect()


def test_an_answered_create_outlives_sigkill(tmp_path: Path) -> None:
    """What was answered before the server was killed is there when it comes back, under its old session."""
    state = tmp_path / "onefile.db"
    with process(state) as (killed, url), client(url) as one:
        numbers = [one.post("User", json=person(1)).json()["ID"] for _ in range(20)]
        session = one.headers["X-TokenID"]
        killed.kill()
    with process(state) as (_, url), httpx.Client(base_url=url, headers={"X-TokenID": session}) as one:
        found = one.post("User/Search", json={"Role": 1, "LastName": "Morgan"}).json()
        assert sorted(row["ID"] for row in found) == numbers


@pytest.mark.skipif(sys.platform == "win32", reason="a console signal would reach the tests too")
@pytest.mark.parametrize("sign", ["SIGINT", "SIGTERM"])
def test_a_signal_stops_it_cleanly(tmp_path: Path, sign: str) -> None:
    """Ctrl-C and SIGTERM make `serve` return, without a traceback."""
    with process(tmp_path / "onefile.db") as (one, url):
        assert url.startswith("http://127.0.0.1:")
        os.kill(one.pid, getattr(signal, sign))
        out, err = one.communicate(timeout=20)
        assert (one.returncode, out, err) == (0, "stopped\n", "")


def test_a_port_that_is_taken() -> None:
    """A port that somebody else has is said to be so, by its number."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=str(port)):
            serve(port=port, on_ready=lambda _: None)


def test_the_page_in_a_browser() -> None:
    """The page is served under the loopback address and closed under another name."""
    with running() as onefile:
        root = onefile.base_url.removesuffix("/api/v2.1")
        assert "Practice OneFile" in httpx.get(f"{root}/").text
        assert json.loads(httpx.get(f"{root}/sandbox.json").text)["users"]["total"] > 50
        assert httpx.get(f"{root}/", headers={"Host": "evil.example.com"}).status_code == 403
