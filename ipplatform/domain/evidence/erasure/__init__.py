"""Destroying a filing's content on request, and holding it against that. EVIDENCE.md section 1, GDPR art. 17, PIPL art. 47.

Salt, manifest and documents go; the leaf stays, and an `erase` leaf says that and why. Capabilities above hear of it
through events.py and destroy what they made of the content.
"""
