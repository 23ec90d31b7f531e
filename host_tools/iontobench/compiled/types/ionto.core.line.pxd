import cython


@cython.locals(crc=cython.longlong)
cpdef long long parse(
    bytearray line, long long length, bytes words, long long count, long long with_number
) except? -1
