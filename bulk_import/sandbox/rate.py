"""The rate limit: so many calls in any rolling 60 seconds for each customer token (article 76000033860).

Not documented is how long the block lasts that follows; an integrator reports having had to pause a full minute each
time. So here the first call beyond the limit closes the door for 60 seconds from that call on.
"""

from __future__ import annotations

from collections import deque

WINDOW = 60.0
_KEPT = 500_000


class Rate:
    """The calls of the last minute for each customer, and the greatest number that any minute admitted."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.refused = 0
        self._windows: dict[int, deque[float]] = {}
        self._blocked_until: dict[int, float] = {}
        self._admitted: deque[float] = deque(maxlen=_KEPT)
        self._worst = 0

    def admit(self, customer: int, now: float) -> float | None:
        """Count a call and let it in (None), or refuse it: the seconds until the door opens again."""
        closed_for = self._blocked_until.get(customer, now) - now
        window = self._window(customer, now)
        if closed_for <= 0 and len(window) >= self.per_minute:
            self._blocked_until[customer] = now + WINDOW
            closed_for = WINDOW
        if closed_for > 0:
            self.refused += 1
            return closed_for
        window.append(now)
        self._admitted.append(now)
        self._worst = max(self._worst, len(window))
        return None

    def admitted(self) -> list[float]:
        """When each call was let in, oldest first, in seconds by the server's clock."""
        return list(self._admitted)

    def worst_minute(self) -> int:
        """The greatest number of calls that were let in within any 60 seconds, for one customer."""
        return self._worst

    def last_minute(self, now: float) -> int:
        """How many calls were let in within the last 60 seconds, over all customers."""
        return sum(len(self._window(customer, now)) for customer in self._windows)

    def _window(self, customer: int, now: float) -> deque[float]:
        window = self._windows.setdefault(customer, deque())
        while window and now - window[0] >= WINDOW:
            window.popleft()
        return window
