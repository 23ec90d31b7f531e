"""What goes wrong with a protocol, each as one line for the person who wrote it."""

from iontobench.tomlfile.errors import FileError


class ProtocolError(FileError):
    """A protocol that cannot be used."""


class RefusedError(ProtocolError):
    """A well-formed protocol that a wall forbids: the profile's, the family's or the board's."""

    is_about_file = False


class UnknownNameError(ProtocolError):
    """A name that was given beside all files is not one that can be: `file` says of what."""

    is_about_file = False
