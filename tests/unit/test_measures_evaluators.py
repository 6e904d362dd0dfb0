"""evaluator_mark: people's marks, their roles' weights (DESIGN §2 "rating (evaluators)")."""

import pytest

from tests.reference.documents import Books
from tests.reference.three_ways import ask, ask_about_one

KPI, TEMPLATE = "Service", "Strategic Supplier"


@pytest.fixture
def books() -> Books:
	return Books()


def rated(books: Books, mark, role: str | None = None, kpi: str = KPI, not_applicable: int = 0, **columns):
	rating = books.add(
		"Supplier Evaluator Rating",
		**{
			"template": TEMPLATE,
			"from_date": "2025-06-01",
			"to_date": "2025-06-30",
			"evaluator_role": role,
			**columns,
		},
	)
	books.add(
		"Supplier Evaluator Mark",
		parent=rating["name"],
		kpi=kpi,
		mark=mark,
		not_applicable=not_applicable,
	)
	return rating


def weighs(books: Books, role: str, weight, template: str = TEMPLATE):
	books.add("Supplier Evaluation Template Evaluator", parent=template, role=role, weight=weight)


def mean_mark(books: Books, **question) -> tuple[float, int] | None:
	"""(mean, number of marks)"""
	answer = ask_about_one(books, "evaluator_mark", kpi=KPI, template=TEMPLATE, **question)
	return answer and (round(answer[0] / answer[1], 6), answer[2])


def test_the_mean_of_several_peoples_marks(books):
	for mark in (5, 4, 2):
		rated(books, mark)
	assert mean_mark(books) == (round(11 / 3, 6), 3)


def test_whole_marks_are_not_divided_as_whole_numbers(books):
	weighs(books, "Buyer", 1)
	rated(books, 1, "Buyer")
	rated(books, 2, "Buyer")
	assert mean_mark(books) == (1.5, 2)


def test_not_applicable_is_no_mark(books):
	rated(books, 5)
	rated(books, 0, not_applicable=1)
	assert mean_mark(books) == (5, 1)
	assert ask_about_one(books, "evaluator_mark", kpi="Cooperation", template=TEMPLATE) is None


def test_a_mark_of_zero_is_a_mark(books):
	rated(books, 0)
	rated(books, 4)
	assert mean_mark(books) == (2, 2)


def test_roles_weigh_as_the_template_says(books):
	weighs(books, "Manager", 3)
	weighs(books, "Buyer", 1)
	rated(books, 4, "Manager")
	rated(books, 2, "Buyer")
	assert mean_mark(books) == (3.5, 2)


def test_the_people_of_a_role_share_its_weight(books):
	"""Three buyers don't outvote the manager."""
	weighs(books, "Manager", 1)
	weighs(books, "Buyer", 1)
	rated(books, 5, "Manager")
	for mark in (1, 2, 3):
		rated(books, mark, "Buyer")
	assert mean_mark(books) == (3.5, 4)


def test_who_answers_not_applicable_takes_no_share(books):
	weighs(books, "Manager", 1)
	weighs(books, "Buyer", 1)
	rated(books, 4, "Manager")
	rated(books, 2, "Buyer")
	rated(books, 0, "Buyer", not_applicable=1)
	assert mean_mark(books) == (3, 2)


def test_a_role_without_a_weight_weighs_one(books):
	weighs(books, "Manager", 3)
	rated(books, 4, "Manager")
	rated(books, 2, "Guest")
	assert mean_mark(books) == (3.5, 2)


def test_people_without_a_role_are_one_group(books):
	"""An empty link is NULL or an empty text."""
	weighs(books, "Manager", 1)
	rated(books, 4, "Manager")
	rated(books, 1, None)
	rated(books, 3, "")
	assert mean_mark(books) == (3, 3)


def test_a_weight_of_zero_counts_for_nothing(books):
	weighs(books, "Manager", 1)
	weighs(books, "Trainee", 0)
	rated(books, 4, "Manager")
	rated(books, 1, "Trainee")
	assert mean_mark(books)[0] == 4


def test_another_templates_weights_do_not_matter(books):
	weighs(books, "Manager", 3, template="Another")
	rated(books, 4, "Manager")
	rated(books, 2, "Buyer")
	assert mean_mark(books) == (3, 2)


@pytest.mark.parametrize(
	"columns",
	[
		{"docstatus": 0},
		{"docstatus": 2},
		{"company": "Sister"},
		{"template": "Another"},
		{"from_date": "2025-05-01"},
		{"from_date": "2025-06-02"},
		{"to_date": "2025-07-31"},
		{"to_date": "2025-06-29"},
		{"kpi": "Cooperation"},
	],
	ids=str,
)
def test_only_submitted_ratings_of_that_company_template_period_and_kpi_count(books, columns):
	rated(books, 1, **columns)
	assert mean_mark(books) is None
	rated(books, 5)
	assert mean_mark(books) == (5, 1)


def test_suppliers_are_rated_apart(books):
	weighs(books, "Buyer", 2)
	rated(books, 1, "Buyer", supplier="One")
	rated(books, 5, "Buyer", supplier="Two")
	assert ask(books, "evaluator_mark", kpi=KPI, template=TEMPLATE) == {"One": (2, 2, 1), "Two": (10, 2, 1)}
	assert ask(books, "evaluator_mark", kpi=KPI, template=TEMPLATE, parties=("Two",)).keys() == {"Two"}
