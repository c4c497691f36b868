"""Commands as processes that can be killed at any moment, many of them in little time.

Importing what a run needs takes longer than the run of a few rows. So on POSIX a nursery, a process that has imported
everything, forks a child for each command: a process, session and main thread of its own, which then does what
`python -m bulk_import` does. Where there is no fork, and wherever a test says so, processes are truly fresh.

Run as `python -m tests.journeys.killing SOCKET` this is the nursery.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tests.journeys.command import Ended, environment, learner, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import NoReturn

    from bulk_import.sandbox import Running

FORKS = hasattr(os, "fork")
PATIENCE = 60.0
"""Seconds after which a process that should have ended has hung."""
_LOOK_EVERY = 0.002


class Command(Protocol):
    """A command at work."""

    @property
    def pid(self) -> int:
        """Its process."""
        ...

    @property
    def out(self) -> Path:
        """Where its standard output goes."""
        ...

    @property
    def err(self) -> Path:
        """Where its standard error goes."""
        ...

    def ended(self, within: float = 0.0) -> int | None:
        """Its exit code, negative for a signal; None if it is still at work after so many seconds."""
        ...


class Starter(Protocol):
    """Starts a command in a folder, with the settings of `env` and no others."""

    def __call__(self, folder: Path, *words: str, env: Mapping[str, str]) -> Command:
        """Returns while it is at work."""
        ...


def code_of(command: Command) -> int:
    """The exit code of a command that ends by itself."""
    code = command.ended(PATIENCE)
    assert code is not None, f"hung: {said(command)}"
    return code


def ended_of(command: Command) -> Ended:
    """How a command that ends by itself ended."""
    code = code_of(command)
    return Ended(code, command.out.read_text(encoding="utf-8"), command.err.read_text(encoding="utf-8"))


def said(command: Command) -> str:
    """All it has printed so far."""
    return command.out.read_text(encoding="utf-8") + command.err.read_text(encoding="utf-8")


def summary_of(command: Command) -> Any:  # noqa: ANN401 - what --json printed is asserted on, not typed
    """The one object that a command with --json has printed."""
    return json.loads(command.out.read_text(encoding="utf-8"))


def kill(command: Command) -> None:
    """Ends it at once, whatever it is doing: SIGKILL, or TerminateProcess on Windows."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(command.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    code_of(command)


def wait_until(command: Command, reached: Callable[[], bool], within: float = PATIENCE) -> bool:
    """Waits until something can be seen; False if the command ended, or the time was over, before."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if reached():
            return True
        if command.ended(_LOOK_EVERY) is not None:
            return False
    return False


def toward(onefile: Running, **settings: str) -> dict[str, str]:
    """The variables that lead to a practice OneFile as if it were the beta one, with doubts that settle quickly."""
    quick = {"calls_per_minute": "10000", "concurrency": "4", "timeout": "1", "settle_wait": "0.4"}
    chosen = {"environment": "beta", **quick, "call_lifetime": "0.8", **settings}
    return {
        "BULK_IMPORT_BASE_URL": onefile.base_url,
        "BULK_IMPORT_CUSTOMER_TOKEN": onefile.customer_token,
        **{f"BULK_IMPORT_{name.upper()}": value for name, value in chosen.items()},
    }


@dataclass(frozen=True)
class Fresh:
    """A command that is a fresh process."""

    process: subprocess.Popen[bytes]
    pid: int
    out: Path
    err: Path

    def ended(self, within: float = 0.0) -> int | None:
        """As `Command` says."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            return None


def fresh(folder: Path, *words: str, env: Mapping[str, str]) -> Command:
    """Starts `python -m bulk_import` as a person or a scheduler would, in a session or process group of its own."""
    out, err = _outputs(folder)
    command = [sys.executable, "-m", "bulk_import", *words]
    # Ctrl-Break reaches a process group of its own alone
    group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    with out.open("wb") as to_out, err.open("wb") as to_err:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(env),
            stdin=subprocess.DEVNULL,
            stdout=to_out,
            stderr=to_err,
            start_new_session=FORKS,
            creationflags=group,
        )
    return Fresh(process, process.pid, out, err)


def _outputs(folder: Path) -> tuple[Path, Path]:
    handle, name = tempfile.mkstemp(prefix="printed-", suffix=".out", dir=folder)
    os.close(handle)
    out = Path(name)
    err = out.with_suffix(".err")
    err.touch()
    return out, err


@contextmanager
def nursery() -> Iterator[Starter]:
    """A starter of commands that have imported everything already; fresh processes where there is no fork."""
    if not FORKS:
        yield fresh
        return
    # the name of a socket may have a hundred characters only, fewer than pytest's folders
    with tempfile.TemporaryDirectory(prefix="nursery-") as name:
        address = Path(name) / "door"
        command = [sys.executable, "-m", "tests.journeys.killing", str(address)]
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, start_new_session=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"open\n"
            try:
                yield _starter(address)
            finally:
                process.kill()


@dataclass
class Forked:
    """A command that the nursery forked; the connection tells when it ends."""

    connection: socket.socket
    pid: int
    out: Path
    err: Path
    code: int | None = None

    def ended(self, within: float = 0.0) -> int | None:
        """As `Command` says."""
        if self.code is None and select.select([self.connection], [], [], within)[0]:
            self.code = int(_line(self.connection))
            self.connection.close()
        return self.code


def _starter(address: Path) -> Starter:
    def start(folder: Path, *words: str, env: Mapping[str, str]) -> Command:
        out, err = _outputs(folder)
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(address))
        files = {"folder": str(folder), "out": str(out), "err": str(err)}
        connection.sendall(json.dumps({"words": words, "env": environment(env), **files}).encode() + b"\n")
        return Forked(connection, int(_line(connection)), out, err)

    return start


def _line(connection: socket.socket) -> bytes:
    """One line, byte by byte, so that nothing of the next is taken."""
    line = b""
    while not line.endswith(b"\n"):
        more = connection.recv(1)
        assert more, "the nursery is gone"
        line += more
    return line


def _serve(address: str) -> NoReturn:
    """Forks a guardian for each connection, which forks the command and tells of its end."""
    _rehearse()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(64)
        sys.stdout.write("open\n")
        sys.stdout.flush()
        while True:
            connection, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _guard(connection)
            connection.close()


def _rehearse() -> None:
    """Checks a file once, and so imports what a run imports on its way."""
    import gc  # noqa: PLC0415 - of use in the nursery alone

    import anyio._backends._asyncio  # noqa: F401, PLC0415 - what the connection loads on its first call
    import filelock  # noqa: F401, PLC0415 - likewise
    import httpx  # noqa: F401, PLC0415 - likewise

    from bulk_import.cli import main, practice  # noqa: F401, PLC0415 - likewise

    before, words = Path.cwd(), sys.argv
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(name)
        sys.argv = ["bulk-import", "check", str(write_csv(Path("one.csv"), [learner(1), learner(2, Email="")]))]
        with contextlib.suppress(SystemExit):
            main()
        os.chdir(before)
    sys.argv = words
    gc.freeze()


def _guard(connection: socket.socket) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    order = json.loads(_line(connection))
    pid = os.fork()
    if pid == 0:
        connection.close()
        _become(order)
    connection.sendall(b"%d\n" % pid)
    _, status = os.waitpid(pid, 0)
    connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(order: dict[str, Any]) -> NoReturn:
    """Does as a command of its own what `python -m bulk_import` does."""
    from bulk_import.cli import main  # noqa: PLC0415 - imported by the nursery already

    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate((os.devnull, order["out"], order["err"])):
        os.dup2(os.open(file, os.O_WRONLY if number else os.O_RDONLY), number)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["bulk-import", *order["words"]]
    code = 1
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
