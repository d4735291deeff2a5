"""Names, columns and manifests of the lake."""

import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.lake.columns import agent_columns, exported_columns, text_columns
from opsdesk.lake.manifest import DataFile, Manifest, describe_file
from opsdesk.lake.names import folder_of, is_data_file, partition_of, raw_table
from opsdesk.lake.open import open_lake

DAY = describe_file("2023-01-31.csv", 2, b"ticket_id\nT1\nT2\n")
TEXT = b"""{"part": "2023-01", "rows": 2, "files": [
{"file": "2023-01-31.csv", "rows": 2, "bytes": 16, "crc32c": "af9d0ec9"}
]}
"""


@pytest.mark.parametrize(
    ("partition", "folder", "table"),
    [
        ("2023-01", "raw/2023/01", "tickets_raw"),
        ("agents", "agents_data", "agents_raw"),
        ("events-2023-01", "events/2023/01", "events_raw"),
    ],
)
def test_a_partition_has_a_folder_and_a_table(partition, folder, table):
    assert (folder_of(partition), raw_table(partition)) == (folder, table)
    assert partition_of(f"{folder}/_manifest.json") == partition


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("raw/2023/01/2023-01-31.csv", True),
        ("agents_data/agents_master.csv", True),
        ("events/2023/01/2023-01-31.csv", True),
        pytest.param("events/2023/01/2023-02-01.csv", False, id="changes of another month"),
        pytest.param("raw/2023/02/2023-01-31.csv", False, id="in another month's folder"),
        pytest.param("raw/2023/01/_manifest.json", False, id="a manifest"),
        pytest.param("raw/2023/01/notes.csv", False, id="a file of someone else"),
    ],
)
def test_what_must_be_in_a_manifest(name, expected):
    assert is_data_file(name) == expected


def test_columns_come_from_the_catalogue():
    assert exported_columns() == (
        "ticket_id", "created_at", "resolved_at", "resolution_hours", "sla_hours", "sla_breached",
        "priority", "category", "channel", "customer_tier", "status", "agent_id",
        "updated_at", "first_response_at", "customer", "subject",
    )  # fmt: skip
    assert text_columns() == (
        "priority", "category", "channel", "customer_tier", "status", "agent_id", "customer", "subject",
    )  # fmt: skip
    assert agent_columns() == (
        "agent_id", "name", "team", "active_from", "active_to", "daily_capacity",
    )  # fmt: skip


def test_a_manifest_is_written_and_read(tmp_path):
    manifest = Manifest("2023-01", (DAY,))
    assert manifest.content == TEXT
    assert (manifest.rows, manifest.size) == (2, 16)
    lake = open_lake(str(tmp_path))
    lake.write_manifest(manifest)
    assert (tmp_path / "raw/2023/01/_manifest.json").read_bytes() == TEXT
    assert lake.manifests() == {"2023-01": manifest}
    lake.write_manifest(Manifest("2023-01"))
    assert lake.manifests() == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"{", id="incomplete"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"\xff", id="not text"),
        pytest.param(TEXT.replace(b"2023-01", b"2023-02", 1), id="of another month"),
        pytest.param(TEXT.replace(b'"rows": 2', b'"rows": 3', 1), id="another sum"),
        pytest.param(TEXT.replace(b'"crc32c"', b'"md5"'), id="an unknown key"),
        pytest.param(TEXT.replace(b'"2023-01"', b"202301"), id="a number for a text"),
    ],
)
def test_a_manifest_that_was_edited_is_refused(tmp_path, text):
    lake = open_lake(str(tmp_path))
    lake.store.write("raw/2023/01/_manifest.json", text)
    with pytest.raises(OpsdeskError, match=r"raw/2023/01/_manifest\.json cannot be read or was"):
        lake.manifests()
    assert lake.manifests(skip_unreadable=True) == {}


def test_faults_name_what_is_not_as_promised(tmp_path):
    lake = open_lake(str(tmp_path))
    lake.store.write("raw/2023/01/2023-01-30.csv", b"changed")
    lake.store.write("raw/2023/01/2023-01-29.csv", b"stray")
    lake.store.write("raw/2023/01/notes.txt", b"of someone else")
    other = DataFile("2023-01-30.csv", 2, 16, "00000000")
    assert lake.faults({"2023-01": Manifest("2023-01", (other, DAY))}) == {
        "raw/2023/01/2023-01-30.csv": "does not match its manifest",
        "raw/2023/01/2023-01-31.csv": "is missing",
        "raw/2023/01/2023-01-29.csv": "is in no manifest",
    }
