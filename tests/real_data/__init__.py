"""Real input: the loaders of SCMS Delivery History (USAID, public domain) and the checks of what comes out.

The file lies beside the checkout (see `lines.DEFAULT_FILE`) and is never part of it.
"""
