"""A `course.Course` that is started by hand or not at all."""

from . import course


def course_of(booted, made, supervised=True, start=True):
    """As `Course`, but unattended, or with nothing started yet (the plant stands still)."""
    from iontobench.sessions.chip import ChipBench

    class Bench(ChipBench):
        def start(self):
            if start:
                super().start(supervised)

    before, course.ChipBench = course.ChipBench, Bench  # `Course` makes its bench by that name
    try:
        return course.Course(booted, made)
    finally:
        course.ChipBench = before
