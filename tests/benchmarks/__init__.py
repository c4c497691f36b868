"""How fast the product is, beside what one would write without it. Never a timed test: figures for a person."""
