"""How Spark's connectors reach Google Cloud, or the emulators that stand for it."""

from opsdesk.google.connection import GoogleConnection

GCS = "spark.hadoop.fs.gs"


def hadoop_settings(google: GoogleConnection) -> dict[str, str]:
    """What the GCS connector is told. Google's own is reached with the login of the machine."""
    chosen = {
        f"{GCS}.impl": "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem",
        "spark.hadoop.fs.AbstractFileSystem.gs.impl": "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFS",
    }
    if google.impersonate:
        chosen[f"{GCS}.auth.impersonation.service.account"] = google.impersonate
    if "storage" in google.addresses:
        chosen |= _emulated_storage(google.addresses["storage"])
    else:
        chosen[f"{GCS}.auth.type"] = "APPLICATION_DEFAULT"
    return chosen


def connector_options(google: GoogleConnection, project: str) -> dict[str, str]:
    """What every read and write of the BigQuery connector is told."""
    chosen = {"parentProject": project, "project": project}
    if google.impersonate:
        chosen["gcpImpersonationServiceAccount"] = google.impersonate
    addresses = google.addresses
    if "bigquery" in addresses:
        chosen |= {
            "bigQueryHttpEndpoint": addresses["bigquery"],
            "gcpAccessToken": "an emulator asks for none",
        }
    if "bigquery_storage" in addresses:
        chosen["bigQueryStorageGrpcEndpoint"] = addresses["bigquery_storage"].removeprefix(
            "https://"
        )
    return chosen


def java_options(google: GoogleConnection) -> list[str]:
    """Return the options with which Java trusts the certificates of an emulator."""
    store = google.addresses.get("trust_store")
    if not store:
        return []
    # The store has no password, and one that the machine sets for its own store must not be used.
    return [f"'-Djavax.net.ssl.trustStore={store}'", "-Djavax.net.ssl.trustStorePassword="]


def _emulated_storage(address: str) -> dict[str, str]:
    """fake-gcs takes no login, cannot move objects, and forgets the empty objects that stand for folders."""
    return {
        f"{GCS}.storage.root.url": address.rstrip("/") + "/",
        f"{GCS}.project.id": "emulated",
        f"{GCS}.auth.type": "UNAUTHENTICATED",
        f"{GCS}.auth.service.account.enable": "false",  # these two are how the connector 2.2 says it
        f"{GCS}.auth.null.enable": "true",
        f"{GCS}.operation.move.enable": "false",
        f"{GCS}.hierarchical.namespace.folders.enable": "false",
        f"{GCS}.hierarchical.namespace.folders.optimization.enable": "false",
        "spark.hadoop.mapreduce.outputcommitter.factory.scheme.gs": (
            "org.apache.hadoop.mapreduce.lib.output.FileOutputCommitterFactory"
        ),
    }
