"""Who may read what a run and a query leave: the owner, unless the params say shared."""

import os
import stat

import pytest

from opsdesk.guards.file_mode import created_with
from published import publish
from tiny_project import make_project

HEADER = (
    "ticket_id,created_at,resolved_at,priority,status,agent_id,resolution_hours,sla_hours,"
    "sla_breached,category,channel,customer_tier\n"
)
STEPS = {
    "ingest": ["import opsdesk\nopsdesk.start_notebook(run_at).ingest(export, mapping, agents, export_kind, lake)"],
    "backfill": ["import opsdesk\nopsdesk.start_notebook(run_at).backfill(lake, warehouse)"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def umask():
    before = os.umask(0o022)
    yield
    assert os.umask(before) == 0o022  # nobody left another one


def project_with_tickets(monkeypatch, root):
    make_project(monkeypatch, root, **STEPS)
    export = root / "tickets.csv"
    export.write_text(HEADER + "T1,2023-01-01 00:00:00,,Low,Open,,,,,,,\nT2,x,,,,,,,,,,\n")
    params = f'export: "{export}"\nlake: "{root}/lake"\nwarehouse: "duckdb:{root}/tickets.duckdb"\n'
    params += 'max_rejected_share: "1"\n'  # one of the two rows is rejected
    (root / "params" / "mine.yaml").write_text(params)
    return params


def open_to_others(*folders):
    """The files that another user can reach: no folder on their way is closed."""
    found = []
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            parents = [path, *(one for one in path.parents if one.is_relative_to(folder))]
            if path.is_file() and all(one.stat().st_mode & 0o077 for one in parents):
                found.append(path)
    return found


def test_what_a_run_writes_is_its_owner_s_only(opsdesk, monkeypatch, tmp_path):
    project_with_tickets(monkeypatch, tmp_path)
    code, _, err = opsdesk("run", "params/mine.yaml")
    assert code == 0, err
    places = [tmp_path / name for name in ("outputs", "lake", "tickets.duckdb")]
    written = [path for place in places for path in (place, *place.rglob("*"))]
    assert len([path for path in written if path.is_file()]) > 8
    assert [
        path for path in written if path.lstat().st_mode & 0o077 and not path.is_symlink()
    ] == []


def test_shared_leaves_it_to_the_umask_and_private_takes_it_back(opsdesk, monkeypatch, tmp_path):
    params = project_with_tickets(monkeypatch, tmp_path)
    file = tmp_path / "params" / "mine.yaml"
    places = [tmp_path / name for name in ("outputs/mine", "lake/raw", "lake/rejects", "tickets.duckdb")]  # fmt: skip
    file.write_text(params + 'file_mode: "shared"\n')
    assert opsdesk("run", "params/mine.yaml")[0] == 0
    assert stat.S_IMODE(places[0].stat().st_mode) == 0o755
    assert stat.S_IMODE(places[3].stat().st_mode) == 0o644
    file.write_text(params)
    assert opsdesk("run", "params/mine.yaml")[0] == 0
    assert open_to_others(*places) == []
    file.write_text(params + 'file_mode: "shared"\n')
    assert opsdesk("run", "params/mine.yaml")[0] == 0
    assert stat.S_IMODE(places[3].stat().st_mode) == 0o644
    assert len(open_to_others(*places)) > 4


@pytest.mark.parametrize(
    ("mode", "expected"), [pytest.param("private", 0o600, id="private"), pytest.param("shared", 0o644, id="shared")]
)  # fmt: skip
@pytest.mark.parametrize("form", ["csv", "parquet", "table"])
def test_an_exported_query(opsdesk, monkeypatch, tmp_path, mode, expected, form):
    make_project(monkeypatch, tmp_path)
    publish(tmp_path / "outputs" / "mine" / "opsdesk.duckdb")
    (tmp_path / "params" / "mine.yaml").write_text(f'agents: ""\nfile_mode: "{mode}"\n')
    output = tmp_path / "rows"
    output.write_text("what was there, for all to read")
    query = ("query", "params/mine.yaml", "FROM fact_tickets", "--output", str(output))
    assert opsdesk(*query, "--format", form)[0] == 0
    assert stat.S_IMODE(output.stat().st_mode) == expected


def test_a_session_s_copy(monkeypatch, tmp_path):
    import opsdesk

    make_project(monkeypatch, tmp_path)
    publish(tmp_path / "outputs" / "mine" / "opsdesk.duckdb")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    session = opsdesk.open("params/mine.yaml")
    assert len(session.table("backlog_daily")) == 3
    copies = list(tmp_path.glob("opsdesk-*"))
    assert [stat.S_IMODE(copy.stat().st_mode) for copy in copies] == [0o700]


def test_files_of_others_keep_their_rights(opsdesk, monkeypatch, tmp_path):
    project_with_tickets(monkeypatch, tmp_path)
    lake = tmp_path / "lake"
    assert opsdesk("run", "params/mine.yaml", "-p", "file_mode=shared")[0] == 0
    for place in (lake / "notes.txt", tmp_path / "other.txt"):
        place.write_text("ours")
    assert opsdesk("run", "params/mine.yaml")[0] == 0
    for place in (lake / "notes.txt", tmp_path / "other.txt"):
        assert stat.S_IMODE(place.stat().st_mode) == 0o644
    assert open_to_others(lake) == [lake / "notes.txt"]


def test_an_error_gives_the_umask_back():
    with pytest.raises(ValueError), created_with("private"):
        raise ValueError
