# every tick
from iontobench.sim.load cimport LoadState
from iontobench.sim.stage cimport Limiter


cdef class PlantState:
    cdef public object stage, dead_man, last_above_us, last_driven_us
    cdef public LoadState load
    cdef public Limiter limiter
    cdef public long long now_us, refresh_us, fault_due_us, due_us, dead_us, edge_us, met_us
    cdef public long long hold_us, leads_off, live_us, even_us, full_us, probe_us
    cdef public long long _slow_since_us
    cdef public double x1_ua, x2_ua, drive_ua, v1_mv, v2_mv, node_mv, shunt_ua, load_ua
    cdef public double v11_mv, v12_mv, v13_mv, v14_mv, v15_mv
    cdef public double v21_mv, v22_mv, v23_mv, v24_mv, v25_mv
    cdef public double passed, wound_pc, closing_ua, forced_ua, surge_pc, sense_ua, sense_mv
    cdef public double open_mv
    cdef public double short_kohm, gain, net_pc, backward_pc, peak_ua, back_peak_ua
    cdef public double dump_peak_ua, guard_ua, compliance_mv, _slow_net_pc, _slow_backward_pc
    cdef public bint enable, smooth, gate, probe, source, contact, gate_welded, series_welded
    cdef public bint starved, leaves_b
    cpdef void switch(self) except *
    cpdef void pumped(self, long long dead_after_us) except *
    cpdef void edge(self) except *
    cpdef void leave_smooth(self) except *
    cpdef void meet(self) except *
    cpdef void _dump(self) except *
    cpdef void lift(self) except *
    cpdef void _part_from_load(self) except *
    cpdef void short(self, double r_kohm) except *
    cpdef void weaken(self, double share) except *
    cpdef void weld_series(self) except *
    cpdef void weld_dead_man(self) except *
    cpdef void deafen_dead_man(self) except *
    cpdef void turn_over(self) except *
