"""A board's first day: step by step from the supply to its first recorded session."""
