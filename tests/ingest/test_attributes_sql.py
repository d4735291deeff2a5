"""The column `attributes`: one JSON object of texts, the same for the same values, and never in need of a parser."""

import json
import re

import duckdb
import pytest

from opsdesk.ingest.attributes_sql import select_attributes

CASES = [
    pytest.param({"product": "Phone", "region": "North"}, '{"product":"Phone","region":"North"}', id="plain"),
    pytest.param({"region": "North", "product": "Phone"}, '{"product":"Phone","region":"North"}', id="names are in order"),
    pytest.param({"product": None, "region": "North"}, '{"region":"North"}', id="a blank one is left out"),
    pytest.param({"product": None, "region": None}, None, id="all blank"),
    pytest.param({}, None, id="none mapped"),
    pytest.param({"product": 'a "b"\\c'}, '{"product":"a \\u0022b\\u0022\\u005cc"}', id="quotes and backslash"),
    pytest.param({"product": "\\u0022"}, '{"product":"\\u005cu0022"}', id="what looks like an escape"),
    pytest.param({"product": "a\nb\r\tc\x01\x1f"}, '{"product":"a\\u000ab\\u000d\\u0009c\\u0001\\u001f"}', id="control characters"),
    pytest.param({"product": "'ü\u2028😀\x7f/"}, '{"product":"\'ü\u2028😀\x7f/"}', id="all else is as it is"),
    pytest.param({"product": '","region":"x'}, '{"product":"\\u0022,\\u0022region\\u0022:\\u0022x"}', id="what looks like an attribute"),
    pytest.param({"product": "x" * 10_000}, '{"product":"' + "x" * 10_000 + '"}', id="long"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "expected"), CASES)
def test_attributes(values, expected):
    texts = {name: f"${name}::VARCHAR" for name in values}
    ((found,),) = duckdb.execute(f"SELECT {select_attributes(texts)}", values).fetchall()
    assert found == expected
    if found is not None:
        given = {name: value for name, value in values.items() if value is not None}
        assert json.loads(found) == given
        assert dict(re.findall('"([^"]*)":"([^"]*)"', found)).keys() == given.keys()
