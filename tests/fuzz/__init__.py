"""Files that nobody would make on purpose: whatever they hold, reading ends in a table or in a sentence."""
