"""What `import iontobench` offers: calls, a session to step live, a board on a port, results."""
