"""How a command ends: the exit codes, and the one error that carries them.

Every other module raises `CliError` with a sentence for the person at the terminal; `main` prints
it and leaves with its code. Must not print, and must not know any command.
"""

from collections.abc import Sequence

from iontobench.tomlfile.errors import FileError

DONE = 0
NO = 1  # it ran, and the answer is no
BAD_INPUT = 2
ENDED_EARLY = 3  # fault, stop, time limit, or refused to start
NO_DEVICE = 4
OUR_BUG = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # 128 + SIGINT


class CliError(Exception):
    """One clear line for the person, and the exit code to leave with.

    `problems` are the lines of a file with more than one: the message is the first of them.
    """

    def __init__(self, message: str, code: int = BAD_INPUT, problems: Sequence[FileError] = ()):
        super().__init__(" ".join(message.split()))
        self.code = code
        self.problems = tuple(problems)


def bad_file(error: FileError) -> CliError:
    """What to raise for a file that is wrong: each thing that is wrong is told."""
    return CliError(str(error), error.exit_code, error.all if error.is_about_file else ())
