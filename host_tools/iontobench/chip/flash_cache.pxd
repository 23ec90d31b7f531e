# The types of flash_cache.py, for Cython: the emulator calls it once an instruction.
cimport cython

cdef unsigned int SETS, FLASH_BYTES, RAM_BYTES, _REGISTER_MAX, _RAM_START, _FIRST_SEED
cdef unsigned char _BOTH_HALVES


cdef class FlashCache:
    cdef public bint is_on
    cdef public bint is_enabled
    cdef public double cycle_ns
    cdef public unsigned int penalty_clk
    cdef public bint fills_line
    cdef public bint is_random
    cdef public bint prefetches
    cdef public unsigned int stall_clk
    cdef public unsigned int hits
    cdef public unsigned int accesses
    cdef public unsigned long long misses
    cdef public unsigned long long missed_in_interrupts
    cdef public unsigned int code_start
    cdef unsigned int[::1] _tags
    cdef unsigned char[::1] _valid
    cdef unsigned char[::1] _next
    cdef unsigned int _seed
    cdef unsigned int _fetched
    cdef unsigned int _caller
    cdef bint _is_interrupt
    cdef unsigned int[::1] _missed_at
    cdef unsigned int[::1] _missed_by

    @cython.locals(way=cython.uint)
    cpdef void flush(self) noexcept
    @cython.locals(word=cython.uint, half=cython.uint)
    cpdef void clear_counts(self) noexcept
    cpdef void fetch(self, unsigned int address, unsigned int ipsr) noexcept
    @cython.locals(word=cython.uint)
    cpdef void read(self, unsigned int address) noexcept
    @cython.locals(stall_clk=cython.uint)
    cpdef unsigned int take_stall(self) noexcept
    @cython.locals(window=cython.uint, line=cython.uint, number=cython.uint, way=cython.uint, half=cython.uchar, hit=cython.uchar)
    cdef bint _is_hit(self, unsigned int address) noexcept
    @cython.locals(way=cython.uint)
    cdef unsigned int _replaced(self, unsigned int number) noexcept
