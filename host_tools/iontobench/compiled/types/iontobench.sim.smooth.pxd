# every tick
from iontobench.sim.plant_state cimport PlantState


cpdef bint rc_step(
    PlantState p,
    (
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double,
    ) flat,
    long long to_us,
) except -1
cpdef bint skin_step(
    PlantState p,
    (
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double,
    ) flat,
    long long to_us,
) except -1
