"""Partner Relations: supplier quality and customer care for ERPNext."""

__version__ = "0.3.0"
