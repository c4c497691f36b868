"""Carries out a plan: each row causes at most one account, whatever fails, and no row is lost.

The rule. Write the intent and commit; send; write the outcome and commit. A row that was meant and has no outcome,
after a crash or an answer that tells nothing, is never sent again blindly: the person is looked up first (`settle`).
What follows from each answer is decided by `steps.next_step`.
"""

from __future__ import annotations

from bulk_import.submit.canary import Compared
from bulk_import.submit.carry import Carried, Progress, carry_out, tokens_of
from bulk_import.submit.row import HALTED, HALTED_IN_DOUBT, IN_DOUBT
from bulk_import.submit.settle import CALL_LIFETIME, SETTLE_WAIT

__all__ = [
    "CALL_LIFETIME",
    "HALTED",
    "HALTED_IN_DOUBT",
    "IN_DOUBT",
    "SETTLE_WAIT",
    "Carried",
    "Compared",
    "Progress",
    "carry_out",
    "tokens_of",
]
