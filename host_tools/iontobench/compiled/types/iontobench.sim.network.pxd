# every tick
from iontobench.sim.load cimport LoadState


cpdef (double, double, double, double) filter_step(double h_us) except *


cdef class Stepper:
    cdef public LoadState _load
    cdef public double _h_us
    cdef public (double, double, double, double) _filter
    cdef public double _k, _c_nf, _c_out_nf, _leak_ms, _return_kohm
    cpdef (
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double,
    ) flat(self, double gain) except *


cpdef (double, double, double, double) interface_step(
    double r_kohm, double rate, double keep, double h_us, double e
) except *
cpdef (double, double) effective(double c_nf, double c_out_nf) except *
