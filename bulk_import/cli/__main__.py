"""`python -m bulk_import.cli` is `bulk-import`."""

from bulk_import.cli import main

main()
