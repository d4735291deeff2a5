"""A network that fails every fifth time: an ingest ends right or in a sentence, the next right."""

import re

import pytest
from test_gcs_kill import tickets_of

from cloud_lakes import bucket_files, cloud_ingest, folder_files
from exports import line, write_export
from faulty_proxy import FAULTS, faulty_proxy
from opsdesk.errors import OpsdeskError

OLD = [line(f"T{i}", f"2023-0{1 + i % 2}-{1 + i % 5:02d} 10:00:00") for i in range(30)]
NEW = [*OLD[4:29], line("T0", "2023-02-01 08:00:00"), line("T99", "2023-03-05 08:00:00"), "broken"]
SEEDS = range(4)


@pytest.fixture
def impatient(monkeypatch):
    """Short waits, so that a fault costs a moment and hopeless calls end."""
    monkeypatch.setattr("opsdesk.google.connection.TIMEOUT", (0.5, 0.5))
    monkeypatch.setattr("opsdesk.google.connection.TRANSFER_TIMEOUT", (0.5, 0.5))
    monkeypatch.setattr("opsdesk.google.connection.FIRST_WAIT", 0.01)


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wanted")
    return folder_files(folder / "new", write_export(folder, *NEW))


@pytest.mark.parametrize(
    "patience", [pytest.param(10.0, id="patient"), pytest.param(0.0, id="the first fault ends it")]
)
@pytest.mark.parametrize("seed", SEEDS)
def test_faults(tmp_path, cloud, impatient, monkeypatch, wanted, seed, patience):
    cloud_ingest(
        tmp_path, write_export(tmp_path, *OLD, name="old.csv"), cloud.lake, cloud.endpoints()
    )
    export = write_export(tmp_path, *NEW)
    monkeypatch.setattr("opsdesk.google.connection.PATIENCE", patience)
    probability = 0.2 if patience else 0.02
    with faulty_proxy(
        cloud.emulators.storage_url, probability=probability, seed=seed, hang=0.6
    ) as proxy:
        try:
            cloud_ingest(tmp_path, export, cloud.lake, cloud.endpoints(proxy.url))
            assert bucket_files(cloud.lake, cloud.endpoints()) == wanted
        except OpsdeskError as error:
            assert str(error).startswith("Cannot "), error
    monkeypatch.undo()
    cloud_ingest(tmp_path, export, cloud.lake, cloud.endpoints())
    found = bucket_files(cloud.lake, cloud.endpoints())
    assert found == wanted
    assert sorted(tickets_of(found)) == sorted(row.split(",")[0] for row in NEW if "," in row)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    ("method", "path"),
    [pytest.param("POST", "^/upload/", id="upload"), pytest.param("GET", "/o$", id="list"),
     pytest.param("GET", "^/download/", id="download"), pytest.param("DELETE", "", id="delete")],
)  # fmt: skip
def test_one_fault_is_overcome(tmp_path, cloud, impatient, wanted, fault, method, path):
    cloud_ingest(
        tmp_path, write_export(tmp_path, *OLD, name="old.csv"), cloud.lake, cloud.endpoints()
    )
    with faulty_proxy(cloud.emulators.storage_url, hang=0.6) as proxy:
        proxy.plan(
            fault,
            lambda request: request.method == method and re.search(path, request.path),
            times=2,
        )
        cloud_ingest(tmp_path, write_export(tmp_path, *NEW), cloud.lake, cloud.endpoints(proxy.url))
        assert sum(request.fault == fault for request in proxy.requests) == 2
    assert bucket_files(cloud.lake, cloud.endpoints()) == wanted
