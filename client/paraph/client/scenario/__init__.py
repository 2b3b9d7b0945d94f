"""Scenario files of schema ``desk-scenario/1``: one negotiation as data, read strictly.

:func:`load` gives frozen values or one ``InputError`` that names line and field. Clauses and
operations are already the records that go on the wire; ids of the file stay ids of the file.
"""

from paraph.client.scenario.load import KIND, SCHEMA, load, shipped
from paraph.client.scenario.model import Scenario

__all__ = ["KIND", "SCHEMA", "Scenario", "load", "shipped"]
