"""Whatever is sent, the practice OneFile answers as its contract says and never breaks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_import.sandbox import Switches
from bulk_import.sandbox.contract import FIELDS
from tests.sandbox.desk import desk, person

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=5), SCALARS, max_size=2)
NAMES = st.sampled_from([rule.name for rule in FIELDS] + ["Username", "SecondaryLLDDCodes", "LastModified"])
BODIES = st.dictionaries(NAMES | st.text(max_size=10), VALUES, max_size=6)
OPEN = Switches(calls_per_minute=10**9)


@given(body=BODIES, role=st.sampled_from([1, 4, 5, 10, 40, 45]), number=st.sampled_from([101, 601, 1001, 1026, 7]))
@settings(max_examples=60, deadline=None)
def test_any_body_is_answered(body: dict[str, object], role: int, number: int) -> None:
    """A create, an update and a search with any body are done or refused with code and message, no more."""
    with desk(switches=OPEN) as one:
        for path, sent in (
            ("User", {**person(role), **body}),
            ("User", body),
            (f"User/{number}", body),
            ("User/Search", {"Role": role, **body}),
            ("Placement", {"OrganisationID": 1, "Name": "New", **body}),
        ):
            response = one.post(path, sent)
            assert response.status_code in {200, 204, 400, 404}
            if response.status_code >= 400:
                assert response.json()["code"] < 0


@given(body=st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_answered(body: bytes) -> None:
    """A body of any bytes is refused, since no mandatory field can be in it."""
    with desk(switches=OPEN) as one:
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            headers = {"X-TokenID": one.session, "Content-Type": kind}
            assert one.send("POST", "User", content=body, headers=headers).status_code == 400


def test_half_a_character_and_a_huge_number() -> None:
    """Text that is no text and ids beyond all bounds are refused, not choked on."""
    with desk() as one:
        headers = {"X-TokenID": one.session}
        for body in (b'{"Role": 5, "OrganisationID": 1, "FirstName": "\\ud800"}', b"[" * 100_000):
            assert one.send("POST", "User", content=body, headers=headers).status_code == 400
        assert one.post("User/1001", {"PlacementID": 10**30}).status_code == 400
        assert one.get(f"User/{10**30}").status_code == 404
