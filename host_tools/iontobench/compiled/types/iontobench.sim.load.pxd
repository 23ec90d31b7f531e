import cython

from iontobench.sim.contact cimport Contact
from iontobench.sim.noise cimport SlowWander


cdef class LoadState:
    cdef public bint is_skin
    cdef public double r1_kohm, c1_nf, tau1_us, r2_kohm, c2_nf, tau2_us, series_kohm, emf_mv
    cpdef void reverse(self) except *
    cpdef void worsen(self, double resistance, double area) except *
    cpdef long long step(
        self, long long dt_us, double gross_pc, double net_pc, double v1, double v2
    ) except? -1


cdef class RcState(LoadState):
    pass


cdef class Interface:
    cdef public (
        double, double, double, double, double, double, double, double, double, double, double,
    ) _numbers
    cdef public double _fast, _slow, _hours, _fall, area_cm2, field_mv, r_kohm, tau_us
    cpdef void worsen(self, double resistance, double area) except *
    cpdef bint step(
        self, Keep keep, double current_ua, double v_mv, double factor, double contact
    ) except -1


cdef class Keep:
    cdef public double density, fast, slow, hours, quick, recovery, field_rise, field_fall


cdef class SkinState(LoadState):
    cdef public object _p
    cdef public Interface _active, _return
    cdef public long long _sign, _motion_us
    cdef public dict _keeps
    cdef public SlowWander _active_motion, _return_motion
    cdef public object _contacts
    cdef public (double, double) _factor, _contact
    cdef public double _current_ua, _electrode_nf, _electrode_mv, _decay_per_us, _dried
    cdef public double _motion_sigma, _anode_factor
    cpdef void _touch(self) except *
    @cython.locals(
        keep=Keep, mean_ua=cython.double, moves=cython.bint, active=Interface, back=Interface
    )
    cpdef long long step(
        self, long long dt_us, double gross_pc, double net_pc, double v1, double v2
    ) except? -1
    @cython.locals(
        anode=cython.double, sigma=cython.double,
        at_active=cython.double, at_return=cython.double,
        on_active=Contact, on_return=Contact, active=cython.double, back=cython.double
    )
    cpdef void _move(self) except *
    @cython.locals(push=cython.double, rate=cython.double, goal=cython.double)
    cpdef void _polarise(self, long long dt_us, double mean_ua) except *


cpdef double _motion(double share) except? -1
