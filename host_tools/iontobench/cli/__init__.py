"""The command `iontobench`: everything that is click or terminal, and nothing else."""
