"""Serial ports `chip://NAME`, as pyserial finds them by their address: see `protocol_chip`."""
