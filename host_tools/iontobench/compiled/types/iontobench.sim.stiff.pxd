import cython

from iontobench.sim.plant_state cimport PlantState


cpdef long long stiff_step_us(PlantState p) except? -1
@cython.locals(
    set_ua=cython.double, leak_ms=cython.double, held_ua=cython.double,
    rest_mv=cython.double, reach_ms=cython.double, store_ms=cython.double,
    total_ms=cython.double, leg_ms=cython.double, drop_mv=cython.double,
    ends_ms=cython.double, out_mv=cython.double, shunt_ua=cython.double,
    node_mv=cython.double, load_ua=cython.double, follow=cython.double
)
cpdef void stiff_step(PlantState p, long long h_us) except *
@cython.locals(
    is_high=cython.double, away=cython.double, gate_us=cython.double,
    left=cython.double, mean=cython.double
)
cpdef double _gated(PlantState p, long long h_us) except? -1
@cython.locals(
    wound_pc=cython.double, feed_ua=cython.double, out_mv=cython.double,
    most_ua=cython.double, wanted_ua=cython.double, at_limit_mv=cython.double,
    most_pc=cython.double, surge_ua=cython.double, knee_mv=cython.double
)
cpdef double _fed(
    PlantState p, double set_ua, double held_ua, double total_ms, long long h_us
) except? -1
@cython.locals(given_pc=cython.double)
cpdef double _surge_ua(PlantState p, long long h_us) except? -1
cpdef void _account(PlantState p, double load_ua, long long h_us) except *
