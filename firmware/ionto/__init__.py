"""The firmware of the bench controller: core, loop, bench and the chip port."""
