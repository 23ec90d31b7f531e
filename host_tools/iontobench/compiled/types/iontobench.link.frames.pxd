cpdef decode(bytes line)
cpdef bytes command_line(str text)
