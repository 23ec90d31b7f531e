from iontobench.sim.plant cimport Plant
from iontobench.sim.senses cimport Converter
from iontobench.sim.truth cimport Truth


cdef class SimulatedBench(Plant):
    cdef public object _schedule, board, seed, upset
    cdef public Truth truth
    cdef public Converter adc
    cdef public double _base_ua, _scale_ua, _jump_ua, supply_mv
    cdef public long long polarity
    cdef public bint stop_pressed, bridge_welded, has_processor
    cdef public list mishaps, _told, _watchers
    cdef public dict host
    cpdef void set_drive(self, double fraction) except *
    cpdef void force_drive(self, double current_ua) except *
    cpdef void hold_drive(self, double current_ua) except *
    cpdef void set_gate(self, bint on) except *
    cpdef void pump(self) except *
    cpdef void set_enable(self, bint high) except *
    cpdef void fill_pump(self) except *
    cpdef void set_probe(self, bint on) except *
    cpdef void set_polarity(self, long long sign) except *
    cpdef void set_lim_test(self, bint on) except *
    cpdef void rearm(self) except *
    cpdef long long read_code(self, long long channel) except? -1
    cpdef inject(self, object fault)
    cpdef void watch(self, object watcher) except *
    cpdef Converter enable_sense_faults(self)
    cpdef double quantity(self, long long channel) except? -1
    cpdef list injected(self)
    cpdef void _struck(self) except *
