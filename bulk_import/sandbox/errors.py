"""What keeps the practice OneFile from starting. What it answers to a client is a `Refusal`, not one of these."""

from __future__ import annotations


class SandboxError(Exception):
    """The practice server cannot start; the message says why and what to do."""


class FaultPlanError(SandboxError):
    """The fault plan cannot be read or does not make sense."""


class StateError(SandboxError):
    """The state file is not one of ours, or cannot be opened."""
