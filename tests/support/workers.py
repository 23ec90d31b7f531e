"""How `pytest -n` shares the tests out among its workers.

Whole files, and all of tests/chip and of tests/page as one: what tests share is made once. Of
three workers and more the last runs the sessions of tests/closed_loop and some of tests/host, and
nothing else, on the compiled modules, where a build fits: they take a fifth of the time. The long
tier, with two workers, runs all on the sources.

`python -m tests.support.workers` prints how many `make test` asks for.
"""

import os

from xdist.scheduler import LoadScopeScheduling

from iontobench.compiled import select

ROLE = "IONTOBENCH_TEST_WORKER"  # in the environment of the worker that runs the compiled modules
CHIP = "tests/chip/"
PAGE = "tests/page/"
SESSIONS = "tests/closed_loop/"
# Of tests/host those that run sessions, and take nothing of them apart.
HOST_SESSIONS = frozenset(
    f"tests/host/test_{name}.py"
    for name in (
        *("api", "bringup_mistakes", "calibration_fit", "campaign_run", "cli_injected", "cli_run"),
        *("fault_matrix_cells", "fault_matrix_steady", "inject_live", "link_clock"),
        *("plans_command", "protocols_adjust", "protocols_random", "protocols_run"),
        *("records_compare", "report_odd", "validate"),
    )
)
# These give a single module a list for its sample, or replace a part of one: compiled, it takes
# only what it was declared with [docs/compiled.md].
ON_SOURCES = frozenset(
    f"{SESSIONS}test_{name}.py"
    for name in (
        *("falling_loads", "injection_board", "injection_senses"),
        *("pico_demo", "plant_range", "plant_senses"),
    )
)


def share_of(node_id):
    """What one worker does as a whole: a file, all of tests/chip, which boots a chip once, or all
    of tests/page, which has one browser."""
    file = node_id.partition("::")[0]
    return next((folder for folder in (CHIP, PAGE) if file.startswith(folder)), file)


def count():
    """How many workers `make test` asks for on two cores: the third is there for the build."""
    return 2 if select.problem() else 3


def ask_for_compiled(specs):
    """Let the last of three workers and more run the compiled modules, where a build fits."""
    if len(specs) >= 3 and select.problem() is None:
        specs[-1].env |= {ROLE: "compiled", select.VARIABLE: "said"}


def is_left_out(path, root):
    """Whether this worker need not read a path: the compiled one runs a part of a folder only."""
    if ROLE not in os.environ or path.is_dir():
        return False
    return not _is_for_compiled(path.relative_to(root).as_posix())


class ByShare(LoadScopeScheduling):
    """Whole shares, each to a worker that it is for."""

    def schedule(self):
        """Share out what the others have collected: the compiled worker knows a part of it."""
        for node in [one for one in self.registered_collections if _is_compiled(one)]:
            self.registered_collections[node] = self.registered_collections.pop(node)
        super().schedule()

    def _check_nodes_have_same_collection(self):
        found = self.registered_collections
        whole = {node: tests for node, tests in found.items() if not _is_compiled(node)}
        self.registered_collections = whole or found
        try:
            return super()._check_nodes_have_same_collection()
        finally:
            self.registered_collections = found

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
    if scope.startswith(SESSIONS):
        return scope not in ON_SOURCES
    return scope in HOST_SESSIONS


def _is_compiled(node):
    return ROLE in node.gateway.spec.env


if __name__ == "__main__":
    print(count())
