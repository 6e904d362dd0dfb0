"""How penalties and rewards are computed, step by step. Without frappe."""

from partner_relations.supplier_quality.remedies.calculation import Amount, Case, Item, Step, compute
from partner_relations.supplier_quality.remedies.scheme import Scheme, SchemeError

__all__ = ["Amount", "Case", "Item", "Scheme", "SchemeError", "Step", "compute"]
