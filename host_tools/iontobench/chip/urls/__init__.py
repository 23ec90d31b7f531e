"""Where pyserial looks for the addresses that this package adds; see `protocol_emulated`."""
