"""The loop's own modules and the simulation, compiled from the same sources by Cython.

`make compiled` makes them (`build`), `--compiled` uses them (`select`). The types are in the
reviewed files of `types/`; `declarations` reads them, `rewrite` prepares the sources. Nothing else
knows that compiled modules exist.
"""
