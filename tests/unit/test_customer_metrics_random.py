"""Every customer metric on random documents: the queries on SQLite against the plain-Python reference."""

from functools import cache
from random import Random
from sqlite3 import Connection

import pytest

from partner_relations.customer_care.metrics import GROSS_MARGIN_AMOUNT, METRICS
from tests.reference.customer_metrics import REFERENCED, expected_of_customers
from tests.reference.documents import World
from tests.reference.measures import disagreements
from tests.reference.on_sqlite import combined, database, read_lines, read_totals
from tests.reference.sales import random_sales, random_sales_question

WORLDS = 240
QUESTIONS = 40  # for each metric; each is put to several worlds, for writing the SQL takes longest
EVERY = {**METRICS, GROSS_MARGIN_AMOUNT.name: GROSS_MARGIN_AMOUNT}


@cache
def world(seed: int) -> tuple[World, Connection]:
	documents = random_sales(Random(seed))
	return documents, database(documents)


def test_every_metric_has_a_reference():
	assert set(REFERENCED) == set(EVERY)


@pytest.mark.parametrize("metric", REFERENCED)
def test_totals_and_lines_agree_with_the_reference(metric):
	measure = EVERY[metric]
	for seed in range(WORLDS):
		documents, connection = world(seed)
		scope, settings = random_sales_question(Random(f"{metric} {seed % QUESTIONS}"))
		wanted = expected_of_customers(metric, documents, scope, settings)
		about = f"{metric}, seed {seed}: {scope}, {settings}"
		assert not disagreements(read_totals(connection, measure, scope, settings), wanted), about
		facts = read_lines(connection, measure, scope, settings)
		assert not disagreements(combined(measure, facts, scope, settings), wanted), about


@pytest.mark.parametrize("metric", REFERENCED)
def test_the_random_documents_put_the_metric_to_the_test(metric):
	"""Agreement means little where nothing is found, or all customers are perfect."""
	values = []
	for seed in range(WORLDS):
		question = random_sales_question(Random(f"{metric} {seed % QUESTIONS}"))
		answer = expected_of_customers(metric, world(seed)[0], *question)
		values += [numerator / whole for numerator, whole, _sample in answer.values() if whole]
	assert len(values) >= WORLDS // 6
	assert len(set(values)) >= 4


def test_the_same_seed_gives_the_same_documents():
	assert random_sales(Random(5)) == random_sales(Random(5)) != random_sales(Random(6))
