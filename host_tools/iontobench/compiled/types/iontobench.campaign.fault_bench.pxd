from iontobench.link.listener cimport HostLink, LinkConsole
from iontobench.sim.bench cimport SimulatedBench
from iontobench.sim.port cimport VirtualPort


cdef class HostConsole(LinkConsole):
    cpdef void renew(self, HostLink link) except *


cdef class ScriptedHost:
    cdef public list events, near_ms, _script, _waiting
    cdef public object _from_ms
    cpdef void on_item(self, object item) except *
    cpdef void _entered(self, object item) except *
    cpdef list on_tick(self, long long t_us)


cdef class WatchedPlant(SimulatedBench):
    cdef public list moments, gates, offs_us
    cdef public object _before_mv, onset_us, limiter_us
    cdef public bint is_watched, onset_gate
    cdef public long long from_us
    cdef public double onset_uc, onset_mv, onset_ten_mv
    cpdef void note(self) except *


cdef class WatchingPort(VirtualPort):
    cdef public WatchedPlant _watched
