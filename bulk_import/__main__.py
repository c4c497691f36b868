"""`python -m bulk_import` is `bulk-import`."""

from bulk_import.cli import main

if __name__ == "__main__":
    main()
