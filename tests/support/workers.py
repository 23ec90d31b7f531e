"""How `pytest -n` shares the tests out among its workers.

Whole files, and all of tests/chip as one: what tests share is made once. Of three workers and more
the last runs the sessions of tests/closed_loop, and nothing else, on the compiled modules, where a
build fits: they take a fifth of the time. The long tier, with two workers, runs all on the
sources.

`python -m tests.support.workers` prints how many `make test` asks for.
"""

from xdist.scheduler import LoadScopeScheduling

from iontobench.compiled import select

CHIP = "tests/chip/"
SESSIONS = "tests/closed_loop/"
# These give a single module a list for its sample, or replace a part of one: compiled, it takes
# only what it was declared with [docs/compiled.md].
ON_SOURCES = frozenset(
    f"{SESSIONS}test_{name}.py"
    for name in (
        *("falling_loads", "injection_board", "injection_senses"),
        *("plant_range", "plant_senses"),
    )
)


def share_of(node_id):
    """What one worker does as a whole: a file, or all of tests/chip, which boots a chip once."""
    file = node_id.partition("::")[0]
    return CHIP if file.startswith(CHIP) else file


def count():
    """How many workers `make test` asks for on two cores: the third is there for the build."""
    return 2 if select.problem() else 3


def ask_for_compiled(specs):
    """Let the last of three workers and more run the compiled modules, where a build fits."""
    if len(specs) >= 3 and select.problem() is None:
        specs[-1].env[select.VARIABLE] = "said"


class ByShare(LoadScopeScheduling):
    """Whole shares, each to a worker that it is for."""

    def _split_scope(self, nodeid):
        return share_of(nodeid)

    def _assign_work_unit(self, node):
        scope = self._next_for(node)
        if scope is not None:
            self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)

    def _reschedule(self, node):
        if not node.shutting_down and self.workqueue and self._next_for(node) is None:
            node.shutdown()
        else:
            super()._reschedule(node)

    def _next_for(self, node):
        """The first share that waits for this worker."""
        compiled = [one for one in self.nodes if _is_compiled(one)]
        for scope in self.workqueue:
            if not compiled or _is_for_compiled(scope) is _is_compiled(node):
                return scope
        return None


def _is_for_compiled(scope):
    return scope.startswith(SESSIONS) and scope not in ON_SOURCES


def _is_compiled(node):
    return select.VARIABLE in node.gateway.spec.env


if __name__ == "__main__":
    print(count())
