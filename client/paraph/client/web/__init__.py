"""The desk as a local web app: `paraph desk` (guide: docs/how-to/desk.md).

A browser on this machine shows pages that this process makes; keys and everything unopened stay
here. A page reads what the use cases of :mod:`paraph.client.negotiating` say and renders it; what a
person wants to say passes one place, :mod:`paraph.client.web.leaving`.
"""
