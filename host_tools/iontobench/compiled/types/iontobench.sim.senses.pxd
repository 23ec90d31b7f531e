# every tick
import cython

from iontobench.sim.noise cimport Normal


cdef class Converter:
    cdef public object ranges
    cpdef long long code(self, long long channel, double quantity) except? -1
    cpdef (long long, long long, long long) codes3(
        self, double a_ua, double b_ua, double v_mv
    ) except *


cdef class IdealAdc(Converter):
    cdef public (
        double, double, long long, double, double, long long, double, double, long long,
    ) _numbers
    @cython.locals(a=cython.longlong, b=cython.longlong, v=cython.longlong)
    cpdef (long long, long long, long long) codes3(
        self, double a_ua, double b_ua, double v_mv
    ) except *


cdef class Rp2040Adc(Converter):
    cdef public double sigma_lsb, offset_lsb, reference
    cdef public list _lines, _table, _noise
    cdef public (double, double, double, double, double, double) _numbers
    cdef public long long _last
    cdef public Normal _normal
    cpdef list _refill(self)
    @cython.locals(
        a=cython.longlong, b=cython.longlong, v=cython.longlong,
        a_noise=cython.double, b_noise=cython.double, v_noise=cython.double
    )
    cpdef (long long, long long, long long) codes3(
        self, double a_ua, double b_ua, double v_mv
    ) except *


cdef class WideAdc(Converter):
    cdef public double sigma_lsb, reference, _bow
    cdef public list _lines, _noise
    cdef public Normal _normal
    @cython.locals(first=cython.double, slope=cython.double, at=cython.double)
    cpdef long long code(self, long long channel, double quantity) except? -1
