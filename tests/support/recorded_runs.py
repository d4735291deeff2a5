"""What Google's clients really send, in small runs: requests as faulty_proxy keeps them."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from agreeing_bigquery import agreeing_bigquery
from bigquery_runs import NEW, OLD, run
from cloud_lakes import cloud_ingest
from emulated import Cloud
from exports import line, run_ingest, write_export
from faulty_proxy import Request, faulty_proxy
from opsdesk.calendars.clock import NO_CALENDAR
from opsdesk.catalogue.tables import results
from opsdesk.config.locations import read_warehouse
from opsdesk.google.bucket import Bucket
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.open import open_lake
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.bigquery.estimate import measure_transform
from opsdesk.warehouse.bigquery.state import read_state
from opsdesk.warehouse.link import Link
from opsdesk.warehouse.publication import Publication
from opsdesk.work.rules_file import read_rules
from steps import open_warehouse

AT = datetime(2024, 1, 1, tzinfo=UTC)
PLACE = "bigquery:my-project-1.ops"
BOUND = "123456789000"  # bytes
LARGE = 9 << 20  # bytes; an object above 8 MiB is sent in pieces


def on_emulators(cloud: Cloud, folder: Path) -> list[Request]:
    """Two ingests, loads from the bucket and from this machine, a transform, and what people ask."""
    with (
        faulty_proxy(cloud.emulators.storage_url) as storage,
        faulty_proxy(cloud.emulators.bigquery_url) as bigquery,
    ):
        endpoints = cloud.endpoints(storage.url, bigquery.url)
        google = GoogleConnection(endpoints=endpoints, location="EU", maximum_bytes_billed=BOUND)
        people = folder / "agents.csv"
        people.write_text("agent_id,name,team\nA0,Ann,Core\nA1,Bob,Field\n")
        for lines in (OLD, NEW):
            export = write_export(folder, *lines)
            cloud_ingest(folder, export, cloud.lake, endpoints, agents=str(people))
        run(cloud.lake, cloud.warehouse, google)
        run_ingest(folder, export)
        target = open_warehouse(cloud.warehouse, google)
        with target.loading() as loader:
            store = open_lake(str(folder / "lake")).store
            for manifest in open_lake(str(folder / "lake")).manifests().values():
                loader.replace(Partition(manifest, store, folder), AT)
        _ask(cloud.warehouse, google)
        Bucket(cloud.bucket, google).put("large.csv", BytesIO(bytes(LARGE)), 0)
        return [*storage.requests, *bigquery.requests]


def _ask(warehouse: str, google: GoogleConnection) -> None:
    target = open_warehouse(warehouse, google)
    assert target.exists() and target.columns("fact_tickets") and target.linked_lake()
    target.query("SELECT COUNT(*) AS n FROM fact_tickets WHERE created_at < @until", {"until": AT})
    target.table("dim_agents")
    read_state(read_warehouse(warehouse), google, 5)


def at_an_agreeing_bigquery(folder: Path) -> list[Request]:
    """All tables, all checks, each transaction there is, and what a dry run measures."""
    export = write_export(folder, line("T1", "2023-01-02 10:00:00"))
    people = folder / "agents.csv"
    people.write_text("agent_id,name,team\nA0,Ann,Core\n")
    run_ingest(folder, export, agents=str(people))
    lake = open_lake(str(folder / "lake"))
    parts = [Partition(one, lake.store, folder) for one in lake.manifests().values()]
    with agreeing_bigquery() as google:
        target = open_warehouse(PLACE, GoogleConnection(endpoints=f"bigquery={google.url}"))
        with target.loading() as loader:
            loader.link(Link("id", "gs://ops-tickets"), AT)
            for part in parts:
                loader.replace(part, AT)
                loader.replace(part, AT, f"_spark_{part.table}")
                loader.remove(part.name)
        google.gate.lose_column("tickets_raw")
        with target.loading():
            pass  # the column is added
        rules = read_rules("default")
        publication = Publication(AT, "Europe/Berlin", {}, "latest", AT, 0.0, rules=rules)
        target.publish(publication)
        given = {"as_of": AT, "timezone": "UTC", "rules": rules.columns, **NO_CALENDAR}
        measure_transform(target, given)
        target.publish(publication, {table.name: f"_spark_{table.name}" for table in results()})
        return google.requests
