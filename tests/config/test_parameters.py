"""Parameters: what is taken, in which order, and each mistake reported before anything runs."""

import json

import pytest

from opsdesk import project
from opsdesk.config.notebook_parameters import all_declared, declared_parameters
from opsdesk.config.parameters import OF_THE_RUNNER, read_parameters
from opsdesk.config.params_file import read_params_file
from opsdesk.errors import OpsdeskError
from tiny_project import make_project, notebook


@pytest.fixture
def root(monkeypatch, tmp_path):
    return make_project(monkeypatch, tmp_path)


def write(root, text, name="mine.yaml"):
    path = root / "params" / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return f"params/{path.name}"


def error_of(root, text="", overrides=None, name="mine.yaml"):
    with pytest.raises(OpsdeskError) as caught:
        read_parameters(write(root, text, name), overrides)
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith((".", "?"))
    return sentence


def test_declared_parameters_have_default_and_comment(root):
    declared = declared_parameters(root / "notebooks")
    assert list(declared) == ["01_ingest", "02_backfill", "03_transform"]
    assert declared["01_ingest"]["export"].default == "tickets.csv"
    assert declared["01_ingest"]["export"].comment == "the file"
    assert list(all_declared(declared)).count("lake") == 1


def test_declared_agrees_with_papermill(root):
    from papermill import inspect_notebook

    for step, parameters in declared_parameters(root / "notebooks").items():
        inspected = inspect_notebook(root / "notebooks" / f"{step}.ipynb")
        assert list(inspected) == list(parameters)
        for name, parameter in parameters.items():
            assert inspected[name]["help"] == parameter.comment
            written = "{}" if parameter.is_block else f'"{parameter.default}"'
            assert inspected[name]["default"] == written


def test_file_wins_over_defaults_and_p_over_file(root):
    file = write(root, 'timezone: "Europe/Berlin"\nas_of: "now"\n')
    values = read_parameters(file, {"as_of": "latest"}).values
    assert (values["timezone"], values["as_of"], values["mapping"]) == (
        "Europe/Berlin",
        "latest",
        "ops_tickets",
    )


def test_a_list_of_exports_is_one_text(root):
    file = write(root, 'export: ["2023/*.csv", "gs://bucket/old, older.zip"]\n')
    values = read_parameters(file).values
    assert values["export"] == "2023/*.csv | gs://bucket/old, older.zip"


def test_lake_and_warehouse_are_those_of_the_file_not_the_sample(root):
    parameters = read_parameters(write(root, 'timezone: "UTC"', "monday.yaml"))
    assert parameters.values["lake"] == "outputs/monday/lake"
    assert parameters.values["warehouse"] == "duckdb:outputs/monday/opsdesk.duckdb"
    assert parameters.outputs == root / "outputs" / "monday"


def test_each_notebook_gets_what_it_declares(root):
    parameters = read_parameters(write(root, 'timezone: "UTC"'))
    given = parameters.for_step("03_transform", "2026-01-01T00:00:00+00:00")
    assert sorted(given) == ["as_of", "rules", "run_at", "timezone", "warehouse"]
    assert given["run_at"] == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param('timzone: "UTC"', "did you mean timezone?", id="typing mistake"),
        pytest.param('zebra: "1"', "there are export, mapping,", id="unknown, nothing close"),
        pytest.param("first_month: 2023-01-01", 'first_month: "2023-01-01"', id="unquoted date"),
        pytest.param("timezone: 2023", "is a number to YAML: put it in quotes", id="number"),
        pytest.param("timezone: 1.5", "is a number to YAML", id="float"),
        pytest.param(
            "agents: no", 'truth value to YAML: put it in quotes, agents: "no"', id="boolean"
        ),
        pytest.param("agents:", 'write agents: "" for empty', id="null"),
        pytest.param("agents: [a, b]", "agents is a list", id="list"),
        pytest.param("export: [a, 2]", "export: 2 is a number to YAML", id="number in a list"),
        pytest.param('export: ["a", "gs://B"]', "must name a bucket after gs://", id="no bucket"),
        pytest.param("export: []", "export '' must not be empty", id="empty list"),
        pytest.param("agents: {a: b}", "agents is a nested block", id="nested"),
        pytest.param(
            'agents: ""\nagents: "x"', "line 2: agents is given twice", id="duplicate key"
        ),
        pytest.param("", "is empty", id="empty file"),
        pytest.param("# nothing\n", "is empty", id="only a comment"),
        pytest.param("- a", "is not a list of `key: value` lines", id="a YAML list"),
        pytest.param("just words", "is not a list of `key: value` lines", id="a YAML text"),
        pytest.param('a: "b', "is not YAML", id="unclosed quote"),
        pytest.param("a: @b", "line 1 is not YAML", id="not YAML"),
        pytest.param('agents: ""\n---\nagents: ""', "is not YAML", id="two documents"),
        pytest.param("1: x", "a key must be a plain word", id="key is a number"),
        pytest.param(b"\xff\xfea\x00:\x00", "is not UTF-8 text", id="UTF-16"),
        pytest.param(
            'timezone: "Mars/Olympus"',
            "timezone 'Mars/Olympus' is not an IANA time zone",
            id="bad zone",
        ),
        pytest.param('timezone: "../UTC"', "is not an IANA time zone", id="zone with path"),
        pytest.param(
            'first_month: "2023-13"', "first_month '2023-13' must be a month", id="month 13"
        ),
        pytest.param('last_month: "January"', "must be a month", id="month in words"),
        pytest.param(
            'first_month: "2023-05"\nlast_month: "2023-04"',
            "is after last_month '2023-04'",
            id="reversed",
        ),
        pytest.param('as_of: "tomorrow"', 'must be "latest", "now" or a time', id="as_of"),
        pytest.param(
            'as_of: "2023-02-30 10:00:00"',
            'must be "latest", "now" or a time',
            id="as_of impossible day",
        ),
        pytest.param(
            'as_of: "2023-06-30"',
            'must be "latest", "now" or a time',
            id="as_of without time: begin or end?",
        ),
        pytest.param(
            'as_of: "2023-06-30 10:00:00+02:00"', "a time in `timezone`", id="as_of with offset"
        ),
        pytest.param('export_kind: "half"', 'must be "full"', id="export_kind"),
        pytest.param(
            'warehouse: "opsdesk.duckdb"',
            "must begin with duckdb: or bigquery:",
            id="warehouse without kind",
        ),
        pytest.param(
            'warehouse: "duckdb:"', "must name a file after duckdb:", id="warehouse without path"
        ),
        pytest.param(
            'warehouse: "bigquery:sales"',
            "must name project and dataset",
            id="bigquery without dataset",
        ),
        pytest.param(
            'warehouse: "bigquery:p; DROP.d"',
            "must name project and dataset",
            id="no name of a project",
        ),
        pytest.param('lake: "gs://"', "must name a bucket after gs://", id="gs without bucket"),
        pytest.param(
            'lake: "gs://Tickets"',
            "must name a bucket after gs://",
            id="gs with a name no bucket can have",
        ),
        pytest.param('lake: ""', "lake '' must not be empty", id="empty lake"),
        pytest.param('engine: "Spark"', 'must be "warehouse"', id="engine"),
        pytest.param('spark: {master: "local[0]"}', 'must be "local[*]"', id="no core"),
        pytest.param(
            'spark: {master: "mesos"}',
            '"spark://host:7077"',
            id="a master that Spark 4 does not know",
        ),
        pytest.param('spark: {driver_memory: "4 GB"}', 'such as "4g"', id="memory with a blank"),
        pytest.param(
            'spark: {conf: "executor.memory=2g"}',
            "not of the form spark.key=value",
            id="no key of Spark",
        ),
        pytest.param(
            'spark: {conf: "spark.ui.enabled"}',
            "not of the form spark.key=value",
            id="setting without value",
        ),
        pytest.param(
            'spark: {conf: "spark.a=\'b"}',
            "a quote is opened and not closed",
            id="unclosed quote in a setting",
        ),
        pytest.param(
            'spark: {conf: "spark.hadoop.fs.s3a.secret.key=x"}',
            "looks like a secret",
            id="secret setting",
        ),
        pytest.param('spark: {writers: "0"}', 'a number from "1"', id="no writer"),
        pytest.param(
            'spark: {temp_bucket: "gs://tickets"}', "without gs://", id="bucket with scheme"
        ),
        pytest.param(
            'mapping: "zendesk"',
            "params/mappings/ (boston311, ops_tickets), nor the path",
            id="mapping not there",
        ),
        pytest.param(
            'mapping: "../mine"',
            "is not a file (looked for ",
            id="mapping with path",
        ),
        pytest.param(
            'lake: "a\\nb"', "one line without control characters", id="newline in a value"
        ),
        pytest.param('run_at: "2023"', "run_at is set by opsdesk itself", id="run_at"),
    ],
)
def test_mistake_in_the_file_is_reported(root, text, says):
    sentence = error_of(root, text)
    assert says in sentence
    assert "params/mine.yaml" in sentence


@pytest.mark.parametrize(
    "name", ["password", "DB_PASSWORD", "api_token", "secretKey", "key", "gcp_credentials"]
)
def test_name_that_looks_like_a_secret_is_refused_and_its_value_not_repeated(root, name):
    sentence = error_of(root, f'{name}: "hunter2"')
    assert "looks like a secret" in sentence and "hunter2" not in sentence
    assert "hunter2" not in error_of(root, 'agents: ""', {name: "hunter2"})


def test_mistake_on_the_command_line_names_the_option(root):
    assert "-p timezone=...: timezone 'Mars'" in error_of(root, 'agents: ""', {"timezone": "Mars"})


@pytest.mark.parametrize("name", ["...yaml", ".yaml", "a b.yaml", "-x.yaml"])
def test_file_name_that_makes_no_folder_is_refused(root, name):
    assert "becomes the folder" in error_of(root, 'agents: ""', name=name)


def test_missing_file_lists_those_there_are(root):
    with pytest.raises(OpsdeskError, match=r"params/nix\.yaml does not exist; .*params/mine\.yaml"):
        read_parameters("params/nix.yaml")


def test_folder_for_a_file(root):
    with pytest.raises(OpsdeskError, match="params is a folder"):
        read_parameters("params")


def test_byte_order_mark_is_no_part_of_the_first_key(root):
    assert read_params_file(root / write(root, b'\xef\xbb\xbfagents: "x"')) == {"agents": "x"}


def test_notebooks_that_disagree_about_a_default(root):
    other = notebook(parameters='lake: str = "elsewhere"')
    (root / "notebooks" / "05_trends.ipynb").write_text(json.dumps(other))
    assert "different defaults" in error_of(root, 'agents: ""')


def test_notebook_with_a_number_for_default(root):
    (root / "notebooks" / "05_trends.ipynb").write_text(
        json.dumps(notebook(parameters="weeks: int = 3"))
    )
    assert "`weeks: int = 3`" in error_of(root, 'agents: ""')


def test_sample_equals_the_defaults_of_the_notebooks():
    known = all_declared(declared_parameters(project.notebooks_folder()))
    defaults = {
        name: parameter.default
        for name, parameter in known.items()
        if name != "run_at" and not parameter.is_block
    }
    sample = read_parameters("params/sample.yaml")
    assert sample.values == defaults | OF_THE_RUNNER
    written = read_params_file(sample.path)
    assert set(written) == set(sample.values) - {"lake", "warehouse"}  # a copy has its own


@pytest.mark.parametrize("name", ["sample", "boston311", "local", "local_spark"])
def test_shipped_params_can_be_read_and_keep_to_their_own_outputs(name):
    parameters = read_parameters(f"params/{name}.yaml")
    assert parameters.values["lake"] == f"outputs/{name}/lake"
    assert parameters.values["warehouse"] == f"duckdb:outputs/{name}/opsdesk.duckdb"
    assert not {"lake", "warehouse"} & set(read_params_file(parameters.path))  # a copy has its own


def test_what_is_on_its_way_into_bigquery_goes_through_the_lake_s_bucket(root):
    file = write(root, 'lake: "gs://tickets/support"\nengine: "spark"')
    assert read_parameters(file).values["spark.temp_bucket"] == "tickets"
    assert (
        read_parameters(file, {"spark.temp_bucket": "passage"}).values["spark.temp_bucket"]
        == "passage"
    )
    assert "spark.temp_bucket" not in read_parameters(file, {"lake": "a/folder"}).values


def test_the_cloud_with_spark_says_which_bucket_and_dataset():
    values = read_parameters("params/gcp_spark.yaml").values
    assert (values["engine"], values["spark.temp_bucket"]) == ("spark", "ops-tickets-files")
    assert values["lake"].startswith("gs://") and values["warehouse"].startswith("bigquery:")


def test_a_parameter_that_no_notebook_declares_is_an_error_in_words(tmp_path, monkeypatch):
    make_project(monkeypatch, tmp_path, transform=[])
    parameters = read_parameters("params/mine.yaml")
    with pytest.raises(OpsdeskError, match="declares the parameter 'lake', and this needs it"):
        parameters.values["lake"]
