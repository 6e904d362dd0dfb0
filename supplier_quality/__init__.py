"""Supplier Quality: evaluation of suppliers from the ERP's own purchasing documents."""
