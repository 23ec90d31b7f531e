"""The host's side of the link: frames, items, beats, the clock check. No port, clock or sleep."""
