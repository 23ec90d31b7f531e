# every tick
from iontobench.sim.network cimport Stepper
from iontobench.sim.plant_state cimport PlantState
from iontobench.sim.voigt cimport SkinStepper


cdef class Plant(PlantState):
    cdef public double _dried, _area, _reach_mv
    cdef public bint _is_skin, _is_slow
    cdef public Stepper _rc_tick
    cdef public SkinStepper _skin_tick
    cdef public (
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double,
    ) _rc_flat
    cdef public (
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double,
    ) _skin_flat
    cpdef void _make_ticks(self) except *
    cpdef void advance(self, long long to_us) except *
    cpdef bint _smooth_step(self, long long to_us) except -1
    cpdef void _part(self, long long to_us) except *
    cpdef void _stiff_part(self, long long to_us) except *
    cpdef bint _may_be_smooth(self) except -1
    cpdef void fault_edges(self) except *
    cpdef void recompute(self) except *
    cpdef void worsen(self, double resistance, double area=*) except *
    cpdef void check(self) except *
    cpdef void hurry(self) except *
    cpdef void _refresh(self) except *
