"""Our own checks on a real board with a dummy load: `make hil PORT=...`."""
