"""How a command ends: the exit codes, and the one error that carries them.

Every other module raises `CliError` with a sentence for the person at the terminal; `main` prints
it and leaves with its code. Must not print, and must not know any command.
"""

DONE = 0
NO = 1  # it ran, and the answer is no
BAD_INPUT = 2
ENDED_EARLY = 3  # fault, stop, time limit, or refused to start
NO_DEVICE = 4
OUR_BUG = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # 128 + SIGINT


class CliError(Exception):
    """One clear line for the person, and the exit code to leave with."""

    def __init__(self, message: str, code: int = BAD_INPUT):
        super().__init__(" ".join(message.split()))
        self.code = code
