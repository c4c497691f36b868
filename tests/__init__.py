"""The tests of bulk-import."""
