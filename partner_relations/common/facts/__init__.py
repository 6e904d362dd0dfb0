"""Facts read from the ERP's tables: one definition of each measure, for MariaDB and SQLite, for both modules.

Core (DESIGN §1): the standard library and pypika only.
"""
