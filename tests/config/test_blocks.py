"""The blocks `google:` and `spark:`, from the file, from -p, and as a notebook gets them."""

from dataclasses import fields

import pytest
import yaml

from opsdesk.config.block_rules import BLOCKS
from opsdesk.config.names import FORMER_NAMES
from opsdesk.config.notebook_parameters import declared_parameters
from opsdesk.config.parameters import read_parameters
from opsdesk.config.params_file import read_params_file
from opsdesk.config.spark_options import SparkOptions
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.workbench import start_notebook
from tiny_project import make_project


@pytest.fixture
def root(monkeypatch, tmp_path):
    return make_project(monkeypatch, tmp_path)


def read(root, text, overrides=None):
    (root / "params" / "mine.yaml").write_text(text)
    return read_parameters("params/mine.yaml", overrides)


def error_of(root, text, overrides=None):
    with pytest.raises(OpsdeskError) as caught:
        read(root, text, overrides)
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith((".", "?"))
    return sentence


@pytest.mark.parametrize(("block", "kind"), [("google", GoogleConnection), ("spark", SparkOptions)])
def test_every_setting_has_a_rule_and_every_rule_a_setting(block, kind):
    assert set(BLOCKS[block]) == {field.name for field in fields(kind)}
    defaults = kind()
    for setting, check in BLOCKS[block].items():
        assert check(getattr(defaults, setting)) is None, setting


def test_settings_of_a_block_reach_the_notebooks_that_take_it(root):
    text = 'google:\n  location: "EU"\n  uploads: "4"\nspark: {master: "local[2]"}\n'
    parameters = read(root, text)
    assert parameters.values["google.location"] == "EU"
    assert parameters.block("google") == {"location": "EU", "uploads": "4"}
    given = parameters.for_step("02_backfill", "2026-01-01T00:00:00+00:00")
    assert given["google"] == {"location": "EU", "uploads": "4"}
    assert given["spark"] == {"master": "local[2]"}
    assert "google" not in parameters.for_step("03_transform", "")  # it does not declare it


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('timezone: "UTC"', id="no block"),
        pytest.param("google:\n", id="all its settings taken out"),
        pytest.param("google: {}", id="an empty block"),
    ],
)
def test_a_block_is_empty_by_default(root, text):
    assert declared_parameters(root / "notebooks")["02_backfill"]["google"].is_block
    parameters = read(root, text)
    assert parameters.block("google") == {}
    assert parameters.for_step("02_backfill", "")["google"] == {}
    assert start_notebook(google={}, spark={}).google == GoogleConnection()


def test_p_sets_one_setting_and_leaves_the_others(root):
    text = 'google: {location: "US", uploads: "4"}'
    parameters = read(root, text, {"google.location": "EU"})
    assert parameters.block("google") == {"location": "EU", "uploads": "4"}
    assert read(root, 'timezone: "UTC"', {"google.location": "EU"}).block("google") == {
        "location": "EU"
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param('google: {locaton: "EU"}', "params/mine.yaml: google has no setting 'locaton'; did you mean location?",
                     id="near a setting"),
        pytest.param('spark: {zebra: "1"}', "spark has no setting 'zebra'; there are master, driver_memory, conf,",
                     id="near nothing"),
        pytest.param('spark: {location: "EU"}', "spark has no setting 'location'", id="a setting of the other block"),
        pytest.param('google: "EU"', "line 1: google is a block: write `google:` alone, and its settings indented on the "
                     "lines after it, such as `  location: \"\"`.", id="a text"),
        pytest.param('google: ""', "google is a block", id="an empty text"),
        pytest.param('timezone: "UTC"\nspark: ["a"]', "line 2: spark is a block", id="a list"),
        pytest.param('google:\n  - location: "EU"', "google is a block", id="a list of settings"),
        pytest.param('google:\n  location: "EU"\n  location: "US"', "line 3: google.location is given twice",
                     id="a setting twice"),
        pytest.param('google: {uploads: "1"}\ngoogle: {uploads: "2"}', "line 2: google is given twice", id="a block twice"),
        pytest.param("google: {uploads: 10}", 'google.uploads: 10 is a number to YAML: put it in quotes', id="a number"),
        pytest.param('google: {uploads: {a: "1"}}', "google.uploads is a nested block", id="a block in a block"),
        pytest.param('google: {uploads: "0"}', "google.uploads '0' must be a number from \"1\" to \"64\"", id="too few"),
        pytest.param('google: {uploads: "65"}', 'must be a number from "1" to "64"', id="too many"),
        pytest.param('google: {location: "E U"}', "must be a location of BigQuery", id="no location"),
        pytest.param('google: {maximum_bytes_billed: "10 GB"}', "must be a number of bytes", id="bytes with a unit"),
        pytest.param('google: {impersonate: "me@example.com"}', "must be a service account", id="a person"),
        pytest.param('google: {endpoints: "strage=http://x"}', "is not of the form service=address", id="endpoints"),
        pytest.param('tables: {a: "1"}', "tables is a nested block, but it takes one text in quotes", id="no such block"),
        pytest.param('google: {api_token: "x"}', "google has no setting 'api_token'", id="a secret"),
    ],
)  # fmt: skip
def test_mistakes_in_a_block(root, text, says):
    assert says in error_of(root, text)


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        pytest.param({"google.locaton": "EU"}, "-p google.locaton=...: google has no setting 'locaton'; did you mean location?",
                     id="near a setting"),
        pytest.param({"google": "EU"}, "-p google=...: google is a block: set one of its settings, google.SETTING.",
                     id="a block as a whole"),
        pytest.param({"google.uploads": "x"}, "-p google.uploads=...: google.uploads 'x' must be a number", id="a value"),
        pytest.param({"cloud.location": "EU"}, "no notebook has a parameter 'cloud.location'", id="no such block"),
    ],
)  # fmt: skip
def test_mistakes_in_p(root, overrides, says):
    assert says in error_of(root, 'timezone: "UTC"', overrides)


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("location", "EU", 'google: {location: "EU"}'),
        ("maximum_bytes_billed", "", 'google: {maximum_bytes_billed: ""}'),
        ("uploads", "4", 'google: {uploads: "4"}'),
        ("impersonate", "", 'google: {impersonate: ""}'),
        ("endpoints", "storage=http://x", 'google: {endpoints: "storage=http://x"}'),
        ("spark_master", "local[2]", 'spark: {master: "local[2]"}'),
        ("spark_driver_memory", "2g", 'spark: {driver_memory: "2g"}'),
        ("spark_conf", "spark.x='a b'", "spark: {conf: \"spark.x='a b'\"}"),
        ("spark_writers", "2", 'spark: {writers: "2"}'),
        ("temp_bucket", "passage", 'spark: {temp_bucket: "passage"}'),
    ],
)
def test_an_old_name_is_refused_with_its_new_form(root, old, value, new):
    given = yaml.safe_dump({old: value}, default_style='"')
    assert error_of(root, given) == (
        f"params/mine.yaml: {old} became settings of a block in version 0.2: "
        f"write `{new}` in place of those lines."
    )
    assert read(root, new).values[FORMER_NAMES[old]] == value
    assert error_of(root, 'timezone: "UTC"', {old: value}) == (
        f"-p {old}=...: write -p {FORMER_NAMES[old]}=... since version 0.2."
    )


def test_all_old_names_of_a_file_are_named_at_once(root):
    text = 'location: "EU"\ntimezone: "UTC"\nspark_master: "local[2]"\nuploads: "4"\n'
    assert (
        'location, spark_master, uploads became settings of a block in version 0.2: write `google: {location: "EU", '
        'uploads: "4"}` and `spark: {master: "local[2]"}` in place of those lines.'
    ) in error_of(root, text)


def test_a_secret_in_an_old_name_is_not_repeated(root):
    sentence = error_of(root, 'spark_conf: "spark.hadoop.fs.s3a.secret.key=hunter2"')
    assert "hunter2" not in sentence and 'spark: {conf: "..."}' in sentence


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "thirty", "٣"])
def test_keep_runs_is_a_number_of_runs(root, value):
    assert "keep_runs" in error_of(root, f'keep_runs: "{value}"')
    assert 'must be a number of runs such as "30"' in error_of(root, f'keep_runs: "{value}"')


@pytest.mark.parametrize("value", ["2", "1.01", ".5", "-0.1", "20%", "nan", ""])
def test_max_rejected_share_is_between_0_and_1(root, value):
    says = 'must be a number between 0 and 1 such as "0.2"'
    assert says in error_of(root, f'max_rejected_share: "{value}"')


def test_keep_runs_is_for_the_runner_only(root):
    parameters = read(root, 'keep_runs: "5"')
    assert parameters.values["keep_runs"] == "5"
    assert read(root, 'timezone: "UTC"').values["keep_runs"] == "30"
    for step in parameters.steps:
        assert "keep_runs" not in parameters.for_step(step, "")


def test_a_block_of_the_file_has_the_names_of_its_settings(root):
    (root / "params" / "mine.yaml").write_text('google:\n  location: "EU"\nagents: ""\n')
    read_back = read_params_file(root / "params" / "mine.yaml")
    assert read_back == {"google.location": "EU", "agents": ""}
