# every tick
cdef class Steady:
    cdef public long long _accuracy_q4
    cdef public list _means_mv
    cdef public long long _at, _current_q4, _drift_from_mv
    cdef public list from_ohm
    cdef public list now_ohm
    cdef public list _again_ms
    cdef public long long warning, over_mean_q4, over_expected_q4, _low_load_ohm, _lift_percent
    cdef public long long _count, _sum_mv, _sum_q4, _seconds, _ten_mv, _fell_from_mv
    cdef public long long _drift_seconds
    cpdef void reset(self) except *
    cpdef void arm(self, long long least_ohm, long long lift_percent) except *
    cpdef void forget(self) except *
    cpdef long long step(
        self, long long current_q4, long long expected_q4, long long load_mv, long long settled, long long clock_ms
    ) except? -1
    cpdef long long _close(
        self, long long expected_q4, long long settled, long long clock_ms
    ) except? -1
    cpdef long long _judge_fall(self, long long clock_ms) except? -1
    cpdef void _judge_lift(self, long long clock_ms) except *
    cpdef void _judge_drift(self, long long clock_ms) except *
    cpdef long long _ohm(self, long long load_mv) except? -1
    cpdef long long _may_tell(self, long long cause, long long clock_ms) except? -1
    cpdef void _tell(
        self, long long cause, long long warning, long long from_ohm, long long now_mv, long long clock_ms
    ) except *
