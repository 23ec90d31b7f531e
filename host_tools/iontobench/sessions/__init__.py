"""One session on any bench: what runs it, its record, latch and summary. No command line."""
