"""The practice OneFile itself: its stands, its faults, its state, and the wire."""
