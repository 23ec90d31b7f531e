"""A board at a serial port: finding, asking, deploying and calibrating it. No command line."""
