"""The page's content security policy, for the server's header and for the page itself.

Nothing from elsewhere, no inline script, no text as script; WebAssembly of the page's own files.
"""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
