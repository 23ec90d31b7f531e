"""The page: the firmware in a browser, a board on a cable, a record on the table.

`build` makes the folder that a web host serves, `server` serves it on this machine. The rest runs
in the page's worker, in Pyodide: `bridge` takes the page's messages (`messages.md`) and answers
them with the project's own code. Scripts of the page move bytes and draw; no rule, number or name
of the bench is theirs. What runs in the worker must import neither numpy nor a terminal.
"""
