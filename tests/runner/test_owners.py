"""No run replaces what the runs of another params file have left."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from filelock import FileLock

from opsdesk.config.parameters import read_parameters
from opsdesk.errors import OpsdeskError
from opsdesk.runner import run as pipeline
from opsdesk.runner.owners import other_owners, take_ownership
from opsdesk.runner.status import read_status, status_lines
from tiny_project import make_project


@pytest.fixture
def root(monkeypatch, tmp_path):
    return make_project(monkeypatch, tmp_path / "project")


def write(root, path, **values):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    given = {"timezone": "UTC", **values}
    lines = [f"{key}: {json.dumps(value)}\n" for key, value in given.items()]
    file.write_text("".join(lines))
    (root / "outputs").mkdir(exist_ok=True)
    return read_parameters(path)


def registry(root):
    return json.loads((root / "outputs" / "owners.json").read_text())


def refusal(parameters):
    with pytest.raises(OpsdeskError) as caught:
        take_ownership(parameters)
    return str(caught.value)


def test_a_run_writes_down_where_it_writes(root):
    parameters = write(root, "params/mine.yaml")
    assert take_ownership(parameters) == []
    assert registry(root) == {
        "outputs/mine": "params/mine.yaml",
        "outputs/mine/lake": "params/mine.yaml",
        "duckdb:outputs/mine/opsdesk.duckdb": "params/mine.yaml",
    }
    assert take_ownership(parameters) == []  # and again, by the same file


def test_a_params_file_of_the_same_name_in_another_folder_is_refused(root):
    take_ownership(write(root, "params/mine.yaml"))
    assert refusal(write(root, "elsewhere/mine.yaml")) == (
        "outputs/mine was last written by params/mine.yaml, and a run of elsewhere/mine.yaml would "
        "replace what is there: give elsewhere/mine.yaml another name. If elsewhere/mine.yaml is "
        "to go on there, take the line of outputs/mine out of outputs/owners.json."
    )


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        pytest.param(
            {"lake": "/data/lake"}, {"lake": "/data/lake"},
            "/data/lake was last written by params/mine.yaml", id="a lake",
        ),
        pytest.param(
            {"lake": "/data/lake"}, {"lake": "/data/x/../lake/"},
            "name another `lake` in params/copy.yaml", id="a lake in another spelling",
        ),
        pytest.param(
            {"warehouse": "duckdb:outputs/w.duckdb"}, {"warehouse": "duckdb:./outputs/w.duckdb"},
            "duckdb:outputs/w.duckdb was last written by params/mine.yaml", id="a file",
        ),
        pytest.param(
            {"lake": "gs://tickets/a/"}, {"lake": "gs://tickets/a"},
            "gs://tickets/a was last written by", id="a bucket",
        ),
        pytest.param(
            {"warehouse": "bigquery:my-project.ops"}, {"warehouse": "bigquery:my-project.ops"},
            "name another `warehouse` in params/copy.yaml", id="a dataset",
        ),
    ],
)  # fmt: skip
def test_a_copied_params_file_that_names_a_location_of_another_is_refused(
    root, first, second, says
):
    take_ownership(write(root, "params/mine.yaml", **first))
    before = registry(root)
    assert says in refusal(write(root, "params/copy.yaml", **second))
    assert registry(root) == before


def test_a_link_to_a_lake_is_that_lake(root):
    take_ownership(write(root, "params/mine.yaml", lake="lake"))
    (root / "lake").mkdir()
    (root / "link").symlink_to("lake")
    assert refusal(write(root, "params/copy.yaml", lake="link")).startswith("lake was last")


def test_other_locations_are_free(root):
    take_ownership(write(root, "params/mine.yaml", lake="gs://tickets/a"))
    take_ownership(write(root, "params/copy.yaml", lake="gs://tickets/b"))
    assert len(registry(root)) == 6


def test_what_is_on_an_emulator_has_no_owner(root):
    shared = {"lake": "gs://tickets", "warehouse": "bigquery:my-project.ops"}
    for name in ("mine", "copy"):
        parameters = write(root, f"params/{name}.yaml", **shared)
        emulated = parameters.values | {"google.endpoints": "storage=http://127.0.0.1:1"}
        take_ownership(type(parameters)(name, parameters.path, emulated, parameters.declared))
    assert set(registry(root)) == {"outputs/mine", "outputs/copy"}


def test_the_same_params_file_keeps_its_outputs_when_the_project_moves(root, monkeypatch):
    take_ownership(write(root, "params/mine.yaml"))
    moved = root.rename(root.with_name("moved"))
    monkeypatch.setattr("opsdesk.project.ROOT", moved)
    assert take_ownership(read_parameters("params/mine.yaml")) == []


def test_what_a_params_file_left_that_does_not_exist_any_more_passes_on(root):
    old = write(root, "params/old.yaml", lake="/data/lake")
    take_ownership(old)
    old.path.unlink()
    parameters = write(root, "params/mine.yaml", lake="/data/lake")
    assert take_ownership(parameters) == [
        "/data/lake was written by params/old.yaml, which does not exist any more: "
        "it belongs to params/mine.yaml now."
    ]
    assert registry(root)["/data/lake"] == "params/mine.yaml"
    assert registry(root)["outputs/old"] == "params/old.yaml"
    assert take_ownership(parameters) == []


def test_a_line_that_was_taken_out_frees_its_location(root):
    """The last line, so that a comma is left where JSON has none."""
    take_ownership(write(root, "params/mine.yaml", warehouse="duckdb:z.duckdb", lake="zz"))
    file = root / "outputs" / "owners.json"
    kept = [line for line in file.read_text().splitlines() if '"zz"' not in line]
    file.write_text("\n".join(kept))
    with pytest.raises(ValueError, match=r"JSON|trailing comma|property name|Expecting"):
        json.loads(file.read_text())
    assert take_ownership(write(root, "params/copy.yaml", lake="zz")) == []
    assert registry(root)["zz"] == "params/copy.yaml"
    assert registry(root)["duckdb:z.duckdb"] == "params/mine.yaml"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"outputs/mine": ', id="cut off"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00", id="not text"),
        pytest.param(b'["outputs/mine"]', id="a list"),
        pytest.param(b'{"outputs/mine": {"a": 1}}', id="a value that is no text"),
        pytest.param(b'{1: "a"}', id="a key that is no text"),
    ],
)
def test_a_damaged_registry_is_written_new_and_a_line_says_so(root, content):
    parameters = write(root, "params/mine.yaml")
    (root / "outputs" / "owners.json").write_bytes(content)
    assert take_ownership(parameters) == [
        "outputs/owners.json could not be read: it is written new."
    ]
    assert len(registry(root)) == 3


def test_runs_at_the_same_time_do_not_lose_each_other_s_lines(root):
    files = [write(root, f"params/at_once_{number}.yaml") for number in range(12)]
    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(take_ownership, files)) == [[]] * 12
    assert len(registry(root)) == 36


def test_a_registry_that_stays_locked_is_a_sentence(root, monkeypatch):
    parameters = write(root, "params/mine.yaml")
    monkeypatch.setattr("opsdesk.runner.owners.PATIENCE", 0.1)
    with FileLock(root / "outputs" / ".owners.lock"):
        assert refusal(parameters) == (
            "outputs/owners.json is in use by another run: run it again."
        )


def test_nothing_is_run_where_the_outputs_belong_to_another(root):
    take_ownership(write(root, "params/mine.yaml"))
    parameters = write(root, "elsewhere/mine.yaml")
    said = []
    with pytest.raises(OpsdeskError, match="was last written by"):
        pipeline.run(parameters, parameters.steps, lambda: datetime.now(UTC), said.append)
    assert said == []
    assert not (root / "outputs" / "mine" / "runs").exists()


def test_status_names_the_owner_if_it_is_another(root):
    ours = write(root, "params/mine.yaml")
    take_ownership(ours)
    parameters = write(root, "params/copy.yaml", lake="outputs/mine/lake")
    assert other_owners(parameters) == {"outputs/mine/lake": "params/mine.yaml"}
    assert list(status_lines(parameters, read_status(parameters)))[:2] == [
        "params/copy.yaml writes to outputs/copy",
        "outputs/mine/lake was last written by params/mine.yaml: "
        "a run of params/copy.yaml does not replace that.",
    ]
    assert not any("last written" in line for line in status_lines(ours, read_status(ours)))
    assert not (root / "outputs" / "copy").exists()


SPELLINGS = [
    pytest.param("lake", "~/lake", "{home}/lake", id="home"),
    pytest.param("lake", "~/lake/", "~/./x/../lake", id="home with dots"),
    pytest.param("lake", "gs://tickets", "gs://tickets/", id="a bucket with a slash"),
    pytest.param("lake", "gs://tickets/a", "gs://tickets/a//", id="two slashes"),
    pytest.param("lake", "gs://tickets/a", "gs://tickets/a/", id="one slash"),
    pytest.param("lake", "link/lake", "real/lake", id="below a link, not there yet"),
    pytest.param("lake", "{root}/real/lake", "real/lake", id="absolute and relative"),
    pytest.param("lake", "link/../lake", "lake", id="up from a link"),
    pytest.param("lake", "outputs/mine", "outputs/mine/", id="the outputs of the other"),
    pytest.param("warehouse", "duckdb:link/w.db", "duckdb:real/w.db", id="a file below a link"),
    pytest.param("warehouse", "duckdb:~/w.db", "duckdb:{home}/w.db", id="a file at home"),
    pytest.param("warehouse", "duckdb:{root}/w.db", "duckdb:./w.db", id="a file, absolute"),
    pytest.param("warehouse", "duckdb:link.db", "duckdb:real/w.db", id="a link to a file"),
]


@pytest.mark.parametrize(("kind", "first", "second"), SPELLINGS)
@pytest.mark.parametrize("other", ["params/copy.yaml", "elsewhere/copy.yaml"])
def test_another_spelling_of_a_place_is_the_same_place(
    monkeypatch, root, tmp_path, kind, first, second, other
):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (root / "real").mkdir()
    (root / "link").symlink_to(root / "real")
    (root / "link.db").symlink_to(root / "real/w.db")
    places = {"home": tmp_path / "home", "root": root}
    take_ownership(write(root, "params/mine.yaml", **{kind: first.format(**places)}))
    assert "was last written by params/mine.yaml" in refusal(
        write(root, other, **{kind: second.format(**places)})
    )
