# every tick
from iontobench.sim.plant_state cimport PlantState


cpdef void follow_current(PlantState p) except *
cpdef void reverse_branches(PlantState p) except *
cpdef (
    double, double, double, double, double, double, double, double,
    double, double, double, double, double, double, double, double,
    double, double, double, double, double, double,
) skin_rest(PlantState p, long long h_us) except *
cpdef (
    double, double, double, double, double, double, double, double,
    double, double, double, double, double, double, double, double,
    double, double, double, double, double, double,
) rc_rest(PlantState p, long long h_us) except *
cpdef void skin_end(
    PlantState p,
    (
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double, double, double,
        double, double, double, double, double, double,
    ) rest,
    double load_ua,
) except *
cpdef (double, double, double, double, double) _stiff_keeps(double ratio) except *
