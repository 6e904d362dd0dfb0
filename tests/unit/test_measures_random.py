"""Every measure on random documents: the queries on SQLite against the plain-Python reference."""

from dataclasses import replace
from functools import cache
from random import Random
from sqlite3 import Connection

import pytest

from partner_relations.supplier_quality.kpis import MEASURES, KpiSettings, Scope
from partner_relations.supplier_quality.kpis.values import VALUES
from tests.reference.documents import World, random_question, random_world
from tests.reference.measures import MEASURED, VALUED, disagreements, expected
from tests.reference.on_sqlite import database, read_lines, read_totals, sums

WORLDS = 240
QUESTIONS = 40  # for each measure; each is put to several worlds, for writing the SQL takes longest


@cache
def world(seed: int) -> tuple[World, Connection]:
	documents = random_world(Random(seed))
	return documents, database(documents)


def question(measure: str, seed: int) -> tuple[Scope, KpiSettings]:
	scope, settings = random_question(Random(f"{measure} {seed % QUESTIONS}"))
	if measure == "rfq_response_days" and settings.maximum_days is None:
		settings = replace(settings, maximum_days=7)  # without one, an unanswered request has no days
	return scope, settings


def test_every_measure_has_a_reference():
	assert set(MEASURED) == set(MEASURES)
	assert set(VALUED) == set(VALUES)


def test_values_are_not_offered_as_measures():
	assert not set(VALUES) & set(MEASURES)


@pytest.mark.parametrize("measure", MEASURED + VALUED)
def test_totals_and_lines_agree_with_the_reference(measure):
	for seed in range(WORLDS):
		documents, connection = world(seed)
		scope, settings = question(measure, seed)
		wanted = expected(measure, documents, scope, settings)
		about = f"{measure}, seed {seed}: {scope}, {settings}"
		assert not disagreements(read_totals(connection, measure, scope, settings), wanted), about
		assert not disagreements(sums(read_lines(connection, measure, scope, settings)), wanted), about


@pytest.mark.parametrize("measure", MEASURED + VALUED)
def test_the_random_documents_put_the_measure_to_the_test(measure):
	"""Agreement means little where nothing is found, or all suppliers are perfect."""
	answers = [expected(measure, world(seed)[0], *question(measure, seed)) for seed in range(WORLDS)]
	values = [
		numerator / denominator
		for answer in answers
		for numerator, denominator, _sample in answer.values()
		if denominator
	]
	assert len(values) >= WORLDS // 6
	assert len(set(values)) >= 4


def test_the_same_seed_gives_the_same_documents():
	assert random_world(Random(5)) == random_world(Random(5)) != random_world(Random(6))
