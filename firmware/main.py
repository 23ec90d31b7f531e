"""Bench only, never people: choose a slot that is whole, put `bench` at the REPL, output off.

`/slot` names the slot to try first (`a` or `b`). A slot is a whole firmware with a `manifest` of
SHA-256 hashes; one that does not match is passed over for the other. Nothing is energised here.
"""

import sys
from binascii import hexlify
from hashlib import sha256


def _order():
    try:
        with open("/slot") as file:
            return "ba" if file.read(1) == "b" else "ab"
    except OSError:
        return "ab"


def _hash(path):
    digest = sha256()
    with open(path, "rb") as file:
        while True:
            piece = file.read(512)
            if not piece:
                return hexlify(digest.digest()).decode()
            digest.update(piece)


def _is_whole(slot):
    count = 0
    try:
        with open("/%s/manifest" % slot) as file:
            for line in file:
                digest, path = line.split()
                if _hash("/%s/%s" % (slot, path)) != digest:
                    return False
                count += 1
    except (OSError, ValueError):
        return False
    return count > 0


def _start():
    for slot in _order():
        if _is_whole(slot):
            sys.path.insert(0, "/" + slot)
            from ionto.board import BOARD, make_port

            from ionto.bench import Bench

            return Bench(make_port(), BOARD)
        print("slot %s is not whole" % slot)
    print("no firmware here: run 'iontobench deploy' from the host")
    return None


bench = _start()
