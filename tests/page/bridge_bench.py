"""The bridge without a browser: messages in, what was posted out, in this process."""

from iontobench.page.bridge import Bridge


class Script:
    """A browser that keeps what is posted, and sends messages at turns of a session's wait.

    Args:
        plan: turn of `wait` -> messages that come in then.
    """

    def __init__(self, plan=None):
        self.posted = []
        self.bridge = Bridge(self)
        self._plan = dict(plan or {})
        self._turn = 0

    def post(self, message):
        self.posted.append(message)

    def wait(self, _seconds):
        self._turn += 1
        for message in self._plan.pop(self._turn, ()):
            self.bridge.receive(message)

    def boot_vm(self, *_given):
        raise AssertionError("this session needs no VM")

    def at(self, turn, *messages):
        """Messages that come in at a turn."""
        self._plan[turn] = messages

    def ask(self, data=b"", **message):
        """The last answer to one message."""
        self.bridge.receive({"id": "q", **message}, data)
        return self.posted[-1]

    def of(self, kind):
        """Every message of a type."""
        return [one for one in self.posted if one["type"] == kind]


def setup_of(script, name="demo", **changes):
    """The set-up of a protocol that ships."""
    script.bridge.begin()
    text = script.ask(type="protocol", name=name)["text"]
    return {
        **script.of("ready")[-1]["setup"],
        "name": name,
        "protocol": text,
        "speed": "max",
        **changes,
    }


def run(script, name="demo", **changes):
    """Run a session to its end; returns the last message."""
    setup = setup_of(script, name, **changes)
    script.bridge.receive({"type": "start", "id": "s1", "setup": setup})
    return script.posted[-1]
