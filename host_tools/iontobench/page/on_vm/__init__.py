"""What runs inside the MicroPython VM beside the firmware: its port, and what steps it."""
