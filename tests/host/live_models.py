"""Models of a session for the tests of the views: fed from a played session, no terminal."""

import pickle
from functools import cache

from tests.host.synthetic_sessions import WORDS, dexamethasone

from iontobench.protocols.timeline import Timeline
from iontobench.sessions.progress import Progress, SessionFacts


def about():
    """The first protocol on the virtual board."""
    return SessionFacts("virtual", "dexamethasone-40", "us", Timeline(WORDS))


def model_at(until_s, open_at_s=None):
    """A model that has seen everything up to `until_s`; each call's is its own."""
    return pickle.loads(_model_at(until_s, open_at_s))


@cache
def _model_at(until_s, open_at_s):
    model = Progress(about())
    for item in dexamethasone(open_at_s)[0]:
        if item.t_ms <= until_s * 1000:
            model.add(item)
    return pickle.dumps(model)
