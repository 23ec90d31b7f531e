"""Put the bench at the REPL, output off."""
