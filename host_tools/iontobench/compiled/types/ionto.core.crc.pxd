cpdef long long crc_nibble(long long crc, long long nibble) except? -1
