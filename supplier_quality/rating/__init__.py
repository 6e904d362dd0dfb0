"""How a measured value becomes a rating, ratings a score, and a score a grade. Without frappe."""

from partner_relations.supplier_quality.rating.curve import CurveError, RatingCurve
from partner_relations.supplier_quality.rating.grades import Band, GradeScale, GradeScaleError
from partner_relations.supplier_quality.rating.periods import Period, periods_between, previous_period
from partner_relations.supplier_quality.rating.score import (
	Criterion,
	CriterionScore,
	Fact,
	MissingData,
	Policy,
	Score,
	evaluate,
)

__all__ = [
	"Band",
	"Criterion",
	"CriterionScore",
	"CurveError",
	"Fact",
	"GradeScale",
	"GradeScaleError",
	"MissingData",
	"Period",
	"Policy",
	"RatingCurve",
	"Score",
	"evaluate",
	"periods_between",
	"previous_period",
]
