"""A board as one folder of a person's own: begun, read and judged, outside this project too."""
