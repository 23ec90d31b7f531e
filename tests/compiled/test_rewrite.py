"""What is changed in a source before Cython sees it, each change with its lines."""

import pytest

from iontobench.compiled import declarations, rewrite

MODULE = "ionto.core.made"  # beside the core's own modules, which it may import
HEAD = "from . import codes\nfrom .units import SAMPLE_A, load_ohm\n"
TYPES = """
cdef class Base:
    cdef public long long count
    cpdef void wait(self) except *

cdef class Made(Base):
    cdef public Part part
    cdef public SampleBuffer buf
    cdef public WordTable table
    cpdef void check(self, SampleBuffer sample) except *
"""
UNITS = "cpdef long long load_ohm(long long load_mv, long long current_q4) except? -1\n"


@pytest.fixture
def prepared(tmp_path):
    """The body of a method of `Made`, as Cython gets it."""
    known = {}
    for module, text in ((MODULE, TYPES), ("ionto.core.units", UNITS)):
        path = tmp_path / f"{module}.pxd"
        path.write_text(text, "utf-8")
        known[module] = declarations.read(path)

    def prepare(body, kept="pass"):
        source = (
            f"{HEAD}class Made(Base):\n    def __init__(self, part):\n"
            f"        self.part = part\n        {kept}\n"
            f"    def check(self, sample):\n        {body}\n"
        )
        return rewrite.prepared(source, MODULE, known).splitlines()

    return prepare


@pytest.mark.parametrize(
    ("body", "done"),
    [
        ("return codes.FAULT_OPEN", "return 19"),
        ("return sample[SAMPLE_A]", "return sample.v[0]"),
        ("buf = self.buf; return buf[SAMPLE_A] + 1", "buf = self.buf; return buf.v[0] + 1"),
        ("self.buf[SAMPLE_A] = 7", "self.buf.v[0] = 7"),
        ("return self.table[SAMPLE_A]", "return self.table.v[0]"),
        ("self.buf = words([0] * 5)", "self.buf = SampleBuffer()"),
        ("self.table = words([0, 1])", "self.table = WordTable([0, 1])"),
        ("return {}[SAMPLE_A]", "return {}[0]"),
        ("super().wait()", "Base.wait(self)"),
        ("super().wait(3)", "Base.wait(self, 3)"),
    ],
)
def test_an_expression_is_changed_in_its_place(prepared, body, done):
    assert prepared(body)[-1].strip() == done


def test_a_kept_bound_method_is_called_on_its_object(prepared):
    lines = prepared("step = self._step; step(1); self._step(2)", "self._step = part.step")
    assert lines[5].strip() == "pass"
    assert lines[-1].strip() == "pass; self.part.step(1); self.part.step(2)"


def test_a_kept_function_is_called_by_its_own_name(prepared):
    lines = prepared("ohm = self._ohm; ohm(1, 2); self._ohm(3, 4)", "self._ohm = load_ohm")
    assert lines[5].strip() == "pass"
    assert lines[-1].strip() == "pass; load_ohm(1, 2); load_ohm(3, 4)"


def test_a_bound_method_of_what_is_not_kept_has_to_be_declared(prepared):
    with pytest.raises(rewrite.RewriteError, match="Made: _step: of no attribute; declare it"):
        prepared("pass", "self._step = other.step")


def test_a_function_with_declared_types_is_imported_by_cython(prepared):
    assert prepared("pass")[1] == (
        "from cython.cimports.ionto.core.units import load_ohm; from .units import SAMPLE_A"
    )


def test_the_modules_that_give_constants_are_found_in_the_sources():
    found = rewrite.constant_sources(["ionto.core.session"])
    assert {"ionto.core.codes", "ionto.core.transitions", "ionto.core.program"} <= found
    assert rewrite.constant_sources(["iontobench.sim.smooth"]) == {"iontobench.sim.truth"}


@pytest.mark.parametrize("base_is_elsewhere", [False, True])
def test_what_a_base_declares_is_a_value_and_no_kept_function(tmp_path, base_is_elsewhere):
    base = "cdef class Base:\n    cdef public long long since\n"
    made = "cdef class Made(Base):\n    cdef public long long now\n"
    files = {MODULE: made, "ionto.core.base": base} if base_is_elsewhere else {MODULE: base + made}
    known = {}
    for module, text in files.items():
        path = tmp_path / f"{module}.pxd"
        path.write_text(text, "utf-8")
        known[module] = declarations.read(path)
    source = (
        "class Made(Base):\n    def step(self):\n        self.since = self.now\n"
        "        return self.since\n"
    )
    assert rewrite.prepared(source, MODULE, known) == source
