"""Whole processes and servers on a real loopback socket."""
