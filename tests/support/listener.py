"""A listener of a host's link that keeps what arrives."""


class Listener:
    """Keeps every item in `items`, and asks for `commands` at its first turn."""

    def __init__(self, *commands):
        self.commands = list(commands)
        self.items = []

    def on_item(self, item):
        """Keep it."""
        self.items.append(item)

    def on_tick(self, t_us):
        """Hand over the commands, once."""
        commands, self.commands = self.commands, []
        return commands
