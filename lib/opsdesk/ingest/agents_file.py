"""The list of agents in the lake: its file, and the manifest that commits it."""

import csv
import io

from opsdesk.lake.columns import agent_columns
from opsdesk.lake.lake import Lake
from opsdesk.lake.manifest import Manifest, describe_file
from opsdesk.lake.names import AGENTS, AGENTS_FILE, AGENTS_FOLDER

Agent = dict[str, str]  # by column, "" where unknown


def agents_csv(agents: list[Agent]) -> bytes:
    """Return the agents as the file in the lake."""
    text = io.StringIO()
    writer = csv.DictWriter(text, agent_columns(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(agents)
    return text.getvalue().encode()


def write_agents(lake: Lake, agents: list[Agent]) -> None:
    """Write the list of agents if it changed; remove it where there are no agents."""
    if not agents:
        lake.write_manifest(Manifest(AGENTS))
        lake.store.delete(AGENTS_FILE)
        return
    content = agents_csv(agents)
    file = describe_file(AGENTS_FILE.removeprefix(f"{AGENTS_FOLDER}/"), len(agents), content)
    manifest = Manifest(AGENTS, (file,))
    old = lake.manifests(skip_unreadable=True, folders=(AGENTS_FOLDER,)).get(AGENTS)
    if lake.store.checksums(AGENTS_FOLDER).get(AGENTS_FILE) != file.checksum:
        lake.store.write(AGENTS_FILE, content)
    if manifest != old:
        lake.write_manifest(manifest)
