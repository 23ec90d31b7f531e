"""With `-n`, tests of one file run in one worker: what they share is made once."""

from types import SimpleNamespace

import pytest
from execnet import XSpec
from tests.arch.sources import ROOT
from tests.support import workers
from tests.support.workers import ByShare, ask_for_compiled, share_of

from iontobench.compiled import select

_RAN = []


def test_the_first_of_a_file_is_remembered():
    _RAN.append(True)


def test_the_second_of_a_file_runs_where_the_first_ran(request):
    collected = {item.name for item in request.session.items}
    assert _RAN or test_the_first_of_a_file_is_remembered.__name__ not in collected


def test_the_chips_tests_are_one_share_and_every_other_file_is_one():
    assert share_of("tests/chip/test_a.py::test_x[1]") == share_of("tests/chip/test_b.py::test_y")
    assert share_of("tests/host/test_a.py::test_x[a::b]") == "tests/host/test_a.py"
    assert share_of("tests/host/test_b.py::test_x") == "tests/host/test_b.py"


@pytest.mark.parametrize(
    ("why", "count", "asked"), [(None, 3, [0, 0, 1]), ("no build", 2, [0, 0, 0])]
)
def test_a_third_worker_runs_the_compiled_modules_where_a_build_fits(
    monkeypatch, why, count, asked
):
    monkeypatch.setattr(select, "problem", lambda: why)
    specs = [XSpec("popen") for _ in range(3)]
    ask_for_compiled(specs)
    assert workers.count() == count
    assert [int(select.VARIABLE in spec.env) for spec in specs] == asked
    two = [XSpec("popen") for _ in range(2)]
    ask_for_compiled(two)
    assert [spec.env for spec in two] == [{}, {}]


class Worker:
    """A worker that remembers what it is sent."""

    def __init__(self, spec):
        self.gateway = SimpleNamespace(spec=XSpec(spec), id=spec)
        self.sent, self.shutting_down = [], False

    def send_runtest_some(self, indices):
        self.sent += indices

    def shutdown(self):
        self.shutting_down = True


COMPILED = f"popen//env:{workers.ROLE}=compiled"
TESTS = [
    f"tests/{file}.py::test_{number}"
    for file in (
        *("chip/test_a", "chip/test_b", "closed_loop/test_a", "closed_loop/test_plant_range"),
        *("host/test_a", "host/test_b"),
    )
    for number in range(4)
]


def spec_of(node):
    return node.gateway.id


def shared_out(*specs):
    """The folders of each worker's tests, when each does what it is sent; they must be all."""
    config = SimpleNamespace(
        getvalue=lambda name: ["popen"] * len(specs),
        option=SimpleNamespace(loadscopereorder=False),
    )
    nodes = [Worker(spec) for spec in specs]
    made = ByShare(config)
    for node in nodes:
        made.add_node(node)
    for node in reversed(nodes):
        made.add_node_collection(node, TESTS if spec_of(node) == "popen" else TESTS[8:12])
    made.schedule()
    for _ in TESTS:
        for node in nodes:
            waiting = made._pending_of(made.assigned_work[node])
            if waiting:
                made.mark_test_complete(node, node.sent[len(node.sent) - waiting])
    assert all(node.shutting_down for node in nodes)
    known = [made.registered_collections[node] for node in nodes]
    sent = [
        [tests[index] for index in node.sent] for node, tests in zip(nodes, known, strict=True)
    ]
    assert sorted(test for tests in sent for test in tests) == sorted(TESTS)
    return [{test.split(".")[0] for test in tests} for tests in sent]


def test_the_compiled_worker_gets_the_closed_loop_and_nobody_else_does():
    first, second, compiled = shared_out("popen", "popen", COMPILED)
    assert compiled == {"tests/closed_loop/test_a"}
    assert first | second == {one.split(".")[0] for one in TESTS} - compiled


def test_without_one_every_worker_gets_what_waits():
    first, second = shared_out("popen", "popen")
    assert first | second == {one.split(".")[0] for one in TESTS}


def test_the_compiled_worker_reads_its_own_tests_only(monkeypatch):
    files = [
        "closed_loop/test_dose_true.py",
        "closed_loop/test_plant_range.py",
        "core/test_loop.py",
    ]
    paths = [ROOT / "tests" / file for file in files]
    assert not any(workers.is_left_out(path, ROOT) for path in paths)
    monkeypatch.setenv(workers.ROLE, "compiled")
    assert [workers.is_left_out(path, ROOT) for path in paths] == [False, True, True]
    assert not workers.is_left_out(ROOT / "tests" / "core", ROOT)


def test_files_that_run_on_the_sources_are_there():
    assert [
        one for one in workers.ON_SOURCES | workers.HOST_SESSIONS if not (ROOT / one).is_file()
    ] == []
