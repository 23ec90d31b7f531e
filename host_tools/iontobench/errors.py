"""What a person is told when something cannot be done: one line, and the exit code it leads to.

A command prints the line of a `UserError` and leaves with its code; a program catches the class.
An exception that is no `UserError` and no `tomlfile.FileError` is a bug of ours. Must not print.
"""

DONE = 0
NO = 1  # it ran, and the answer is no
BAD_INPUT = 2
ENDED_EARLY = 3  # fault, stop, time limit, or refused to start
NO_DEVICE = 4  # nor the link to it, nor the extra that was asked for
OUR_BUG = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # 128 + SIGINT


class UserError(Exception):
    """What was asked for cannot be done; the message is one line with what to do."""

    exit_code = BAD_INPUT

    def __init__(self, message: str):
        super().__init__(" ".join(message.split()))


class NotAllowedError(UserError):
    """What was asked for is not allowed, or not yet: the answer is no."""

    exit_code = NO


class EndedEarlyError(UserError):
    """A session could not begin, or ended before its time."""

    exit_code = ENDED_EARLY


class LatchedError(EndedEarlyError):
    """A fault that an earlier session has latched refuses this one."""


class NoDeviceError(UserError):
    """There is no device, or no link to it."""

    exit_code = NO_DEVICE


class MissingExtraError(UserError):
    """A package of an extra is not installed; the code is that of a missing device, as `--on`."""

    exit_code = NO_DEVICE

    def __init__(self, what: str, error: ModuleNotFoundError, extra: str):
        super().__init__(f"{what}: {error.name} is missing; pip install 'iontobench[{extra}]'")
