"""How Spark's connectors reach Google Cloud, or emulators in its place."""

from opsdesk.google.connection import GoogleConnection

GCS = "spark.hadoop.fs.gs"
CONNECTOR = "com.google.cloud.hadoop.fs.gcs"
COMMITTER = "org.apache.hadoop.mapreduce.lib.output.FileOutputCommitterFactory"


def hadoop_settings(google: GoogleConnection) -> dict[str, str]:
    """Return the GCS connector's settings; Google itself is reached with the machine's login."""
    chosen = {
        f"{GCS}.impl": f"{CONNECTOR}.GoogleHadoopFileSystem",
        "spark.hadoop.fs.AbstractFileSystem.gs.impl": f"{CONNECTOR}.GoogleHadoopFS",
    }
    if google.impersonate:
        chosen[f"{GCS}.auth.impersonation.service.account"] = google.impersonate
    if "storage" in google.addresses:
        chosen |= _emulated_storage(google.addresses["storage"])
    else:
        chosen[f"{GCS}.auth.type"] = "APPLICATION_DEFAULT"
    return chosen


def connector_options(google: GoogleConnection, project: str) -> dict[str, str]:
    """Return the options of every read and write by the BigQuery connector."""
    chosen = {"parentProject": project, "project": project}
    if google.impersonate:
        chosen["gcpImpersonationServiceAccount"] = google.impersonate
    addresses = google.addresses
    if "bigquery" in addresses:
        chosen["bigQueryHttpEndpoint"] = addresses["bigquery"]
        chosen["gcpAccessToken"] = "an emulator asks for none"
    if "bigquery_storage" in addresses:
        address = addresses["bigquery_storage"].removeprefix("https://")
        chosen["bigQueryStorageGrpcEndpoint"] = address
    return chosen


def java_options(google: GoogleConnection) -> list[str]:
    """Return the options with which Java trusts the certificates of an emulator."""
    store = google.addresses.get("trust_store")
    if not store:
        return []
    # The store has no password, and one that the machine sets for its own store must not be used.
    return [f"'-Djavax.net.ssl.trustStore={store}'", "-Djavax.net.ssl.trustStorePassword="]


def _emulated_storage(address: str) -> dict[str, str]:
    """Return settings for fake-gcs.

    It takes no login, cannot move objects, and loses the empty objects that mark folders.
    """
    return {
        f"{GCS}.storage.root.url": address.rstrip("/") + "/",
        f"{GCS}.project.id": "emulated",
        f"{GCS}.auth.type": "UNAUTHENTICATED",
        f"{GCS}.operation.move.enable": "false",
        f"{GCS}.hierarchical.namespace.folders.enable": "false",
        f"{GCS}.hierarchical.namespace.folders.optimization.enable": "false",
        "spark.hadoop.mapreduce.outputcommitter.factory.scheme.gs": COMMITTER,
    }
