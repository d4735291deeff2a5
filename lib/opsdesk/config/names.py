"""Which keys parameters may have; every other key gets a sentence that names the right one."""

import json
from collections.abc import Iterable, Mapping

from opsdesk.config.block_rules import BLOCKS
from opsdesk.config.blocks import hint
from opsdesk.config.notebook_parameters import Declared
from opsdesk.errors import OpsdeskError
from opsdesk.guards.file_mode import PRIVATE
from opsdesk.guards.secrets import holds_secret, looks_secret

SET_BY_THE_RUNNER = "run_at"
# What no notebook takes, with its default.
OF_THE_RUNNER = {
    "keep_runs": "30",
    "file_mode": PRIVATE,
    "max_rejected_share": "0.2",
    "lineage": "",
}
# Names of version 0.1, each with the setting that it is now.
FORMER_NAMES = {
    "location": "google.location",
    "maximum_bytes_billed": "google.maximum_bytes_billed",
    "uploads": "google.uploads",
    "impersonate": "google.impersonate",
    "endpoints": "google.endpoints",
    "spark_master": "spark.master",
    "spark_driver_memory": "spark.driver_memory",
    "spark_conf": "spark.conf",
    "spark_writers": "spark.writers",
    "temp_bucket": "spark.temp_bucket",
}


def refuse_names_in_file(
    where: str, given: Mapping[str, str], known: Mapping[str, Declared]
) -> None:
    """Raise an OpsdeskError for the first key of a params file that is not a parameter."""
    former = {key: value for key, value in given.items() if key in FORMER_NAMES}
    if former:
        forms = " and ".join(f"`{form}`" for form in _new_forms(former))
        raise OpsdeskError(
            f"{where}: {', '.join(former)} became settings of a block in version 0.2: "
            f"write {forms} in place of those lines."
        )
    for key in given:
        _refuse_name(where, key, known)


def refuse_names_of_options(given: Iterable[str], known: Mapping[str, Declared]) -> None:
    """Raise an OpsdeskError for the first key given by -p that is not a parameter."""
    for key in given:
        if key in FORMER_NAMES:
            raise OpsdeskError(f"-p {key}=...: write -p {FORMER_NAMES[key]}=... since version 0.2.")
        _refuse_name(f"-p {key}=...", key, known)


def _new_forms(former: Mapping[str, str]) -> list[str]:
    """Return one line of YAML for each block, such as google: {location: "EU"}."""
    blocks: dict[str, list[str]] = {}
    for key, value in former.items():
        block, _, setting = FORMER_NAMES[key].partition(".")
        # A JSON text is a YAML text. A secret is not repeated where others may read it.
        is_hidden = looks_secret(value) or holds_secret(value)
        text = '"..."' if is_hidden else json.dumps(value, ensure_ascii=False)
        blocks.setdefault(block, []).append(f"{setting}: {text}")
    return [f"{block}: {{{', '.join(settings)}}}" for block, settings in blocks.items()]


def _refuse_name(where: str, key: str, known: Mapping[str, Declared]) -> None:
    if key == SET_BY_THE_RUNNER:
        raise OpsdeskError(f"{where}: {key} is set by opsdesk itself: take it out.")
    block, dot, setting = key.partition(".")
    if dot and block in known and known[block].is_block:
        _refuse_setting(where, block, setting)
        return
    if key in OF_THE_RUNNER or (key in known and not known[key].is_block):
        return
    if looks_secret(key):
        raise OpsdeskError(
            f"{where}: {key} looks like a secret, and parameters are written into notebooks and "
            "reports: take it out, and give credentials to the environment instead."
        )
    if key in known:
        raise OpsdeskError(f"{where}: {key} is a block: set one of its settings, {key}.SETTING.")
    takes = [name for name in known if name != SET_BY_THE_RUNNER] + list(OF_THE_RUNNER)
    raise OpsdeskError(f"{where}: no notebook has a parameter {key!r}; {hint(key, takes)}")


def _refuse_setting(where: str, block: str, setting: str) -> None:
    settings = list(BLOCKS[block])
    if setting not in settings:
        raise OpsdeskError(
            f"{where}: {block} has no setting {setting!r}; {hint(setting, settings)}"
        )
