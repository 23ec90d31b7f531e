# every tick
from iontobench.sim.load cimport LoadState


cdef class SkinStepper:
    cdef public LoadState _load
    cdef public double _h_us
    cdef public (double, double, double, double) _filter
    cdef public double _c_out_nf, _leak_ms, _through
    cpdef (
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double,
    ) flat(self, double gain) except *


cpdef (
    double, double, double, double, double, double, double, double,
    double, double, double, double, double, double,
) interface_branches(
    double r_kohm, double tau_us, double h_us, double e, double gain
) except *
