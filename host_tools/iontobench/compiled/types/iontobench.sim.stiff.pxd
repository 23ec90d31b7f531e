import cython

from iontobench.sim.plant cimport PlantState


cpdef long long stiff_step_us(PlantState p) except? -1
@cython.locals(
    feed_ua=cython.double, leak_ms=cython.double, store_ms=cython.double,
    total_ms=cython.double, held_ua=cython.double, node=cython.double,
    load_ua=cython.double, short_ms=cython.double, reach_ms=cython.double
)
cpdef void stiff_step(PlantState p, long long h_us) except *
@cython.locals(wanted=cython.double)
cpdef double _source_current(PlantState p, long long h_us) except? -1
cpdef double _saturated(PlantState p, double node_mv, double total_ms) except? -1
cpdef (double, double) _interface(double r_kohm, double c_nf, long long h_us) except *
cpdef void _account(PlantState p, double load_ua, long long h_us) except *
