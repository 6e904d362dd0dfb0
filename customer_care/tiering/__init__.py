"""How a customer's sales become a tier: four methods, hysteresis, floors and ceilings. Without frappe."""

from partner_relations.customer_care.tiering.abc import DEFAULT_CLASSES, AbcClass, AbcRule
from partner_relations.customer_care.tiering.assess import (
	Change,
	CustomerFacts,
	Outcome,
	assess,
	assess_each,
	rfm_cuts,
)
from partner_relations.customer_care.tiering.definition import Definition, DefinitionError, Method, TierBand
from partner_relations.customer_care.tiering.matrix import DEFAULT_CELLS, Cell, MatrixRule, PotentialScale
from partner_relations.customer_care.tiering.metrics import (
	METRICS,
	NOTHING_BOUGHT,
	Metric,
	MetricScore,
	Totals,
	with_lapsed,
)
from partner_relations.customer_care.tiering.placing import (
	Bound,
	Code,
	Comparison,
	Condition,
	Hysteresis,
	Limit,
	Reason,
)
from partner_relations.customer_care.tiering.rfm import (
	DEFAULT_SEGMENTS,
	Cuts,
	RfmRule,
	RfmScores,
	Scoring,
	Segment,
	never_reached,
)
from partner_relations.customer_care.tiering.weighted import MetricDefinition

__all__ = [
	"DEFAULT_CELLS",
	"DEFAULT_CLASSES",
	"DEFAULT_SEGMENTS",
	"METRICS",
	"NOTHING_BOUGHT",
	"AbcClass",
	"AbcRule",
	"Bound",
	"Cell",
	"Change",
	"Code",
	"Comparison",
	"Condition",
	"CustomerFacts",
	"Cuts",
	"Definition",
	"DefinitionError",
	"Hysteresis",
	"Limit",
	"MatrixRule",
	"Method",
	"Metric",
	"MetricDefinition",
	"MetricScore",
	"Outcome",
	"PotentialScale",
	"Reason",
	"RfmRule",
	"RfmScores",
	"Scoring",
	"Segment",
	"TierBand",
	"Totals",
	"assess",
	"assess_each",
	"never_reached",
	"rfm_cuts",
	"with_lapsed",
]
