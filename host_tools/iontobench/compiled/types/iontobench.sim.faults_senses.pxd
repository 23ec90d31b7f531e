from iontobench.sim.noise cimport Normal
from iontobench.sim.senses cimport Converter


cdef class Troubled(Converter):
    cdef public Converter _adc
    cdef public object _plant, name, stuck_at, data_line
    cdef public Normal _normal
    cdef public list _noise, _last, times, add, frozen
    cdef public bint active, has_reference
    cdef public long long swap
    cdef public double sigma_ua, mains_ua, reference
    cpdef double _disturbance_ua(self, long long channel) except? -1
