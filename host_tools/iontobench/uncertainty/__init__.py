"""How far a dose that is told may be from the true one [docs/uncertainty.md].

`budget` holds the parts of one board and what they make of one session's dose, `coverage` how
wide an interval has to be, `simulated` and `real` what a simulated and a real board have for
parts. The firmware knows nothing of it.
"""
