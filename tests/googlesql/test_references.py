"""What a SELECT reads: tables with their columns, and every column where the tree does not show which."""

import pytest

from opsdesk.catalogue.tables import catalogue, results
from opsdesk.googlesql.references import is_read, references, sources

AGENTS = {"agent_id", "name", "team", "active_from", "active_to", "daily_capacity"}
ALL = {column.name for column in catalogue()["fact_tickets"].columns}
BACKLOG = {column.name for column in catalogue()["backlog_daily"].columns}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        pytest.param("SELECT priority FROM fact_tickets", {"fact_tickets": {"priority"}}, id="a column"),
        pytest.param("SELECT 1 AS one", {}, id="no table"),
        pytest.param("SELECT x FROM elsewhere", {}, id="a table that the catalogue does not have"),
        pytest.param("SELECT COUNT(*) AS n FROM fact_tickets", {"fact_tickets": set()}, id="rows are counted"),
        pytest.param("SELECT ops_date FROM features_daily WHERE EXISTS (SELECT 1 FROM dim_agents)",
                     {"dim_agents": set(), "features_daily": {"ops_date"}}, id="whether there is a row"),
        pytest.param("SELECT * FROM fact_tickets", {"fact_tickets": ALL}, id="a star"),
        pytest.param("SELECT *, 1 AS one FROM fact_tickets", {"fact_tickets": ALL}, id="a star and more"),
        pytest.param("SELECT * EXCEPT (priority) FROM fact_tickets", {"fact_tickets": ALL}, id="a star without a column"),
        pytest.param("SELECT * FROM backlog_daily JOIN fact_tickets ON ops_date = created_date",
                     {"backlog_daily": BACKLOG, "fact_tickets": ALL}, id="the star of a join"),
        pytest.param("SELECT t.*, 1 AS one FROM fact_tickets AS t", {"fact_tickets": ALL}, id="the star of an alias"),
        pytest.param("SELECT a.* FROM dim_agents AS a JOIN fact_tickets AS t ON t.agent_id = a.agent_id",
                     {"dim_agents": AGENTS, "fact_tickets": {"agent_id"}}, id="the star of one side"),
        pytest.param("WITH days AS (SELECT created_date FROM fact_tickets) SELECT *, 1 AS one FROM days",
                     {"fact_tickets": {"created_date"}}, id="the star of a CTE"),
        pytest.param("SELECT * FROM (SELECT created_date FROM fact_tickets) AS days",
                     {"fact_tickets": {"created_date"}}, id="the star of a subquery"),
        pytest.param("SELECT `priority` FROM `fact_tickets`", {"fact_tickets": {"priority"}}, id="quoted names"),
        pytest.param("SELECT priority FROM main.fact_tickets", {"fact_tickets": {"priority"}}, id="a qualified name"),
        pytest.param("SELECT fact_tickets.priority FROM `main.fact_tickets`", {"fact_tickets": {"priority"}}, id="both"),
        pytest.param("SELECT Priority FROM Fact_Tickets", {"fact_tickets": {"priority"}}, id="another spelling"),
        pytest.param("WITH fact_tickets AS (SELECT team FROM dim_agents) SELECT team FROM fact_tickets",
                     {"dim_agents": {"team"}}, id="a CTE that shadows a table"),
        pytest.param("WITH fact_tickets AS (SELECT priority FROM main.fact_tickets) SELECT priority FROM fact_tickets",
                     {"fact_tickets": {"priority"}}, id="a CTE that shadows the table it reads"),
        pytest.param("SELECT priority FROM fact_tickets WHERE agent_id IN (SELECT agent_id FROM dim_agents)",
                     {"dim_agents": {"agent_id"}, "fact_tickets": {"agent_id", "priority"}}, id="a subquery"),
        pytest.param("SELECT name FROM dim_agents AS a WHERE EXISTS (SELECT 1 FROM fact_tickets WHERE status = a.team)",
                     {"dim_agents": {"name", "team"}, "fact_tickets": {"status"}}, id="a correlated subquery"),
        pytest.param("SELECT name FROM dim_agents WHERE EXISTS (SELECT 1 FROM fact_tickets WHERE status = team)",
                     {"dim_agents": {"name", "team"}, "fact_tickets": {"status"}}, id="correlated without a qualifier"),
        pytest.param("WITH a AS (SELECT 1 AS x) SELECT (SELECT MAX(a.team) FROM fact_tickets) FROM dim_agents AS a",
                     {"dim_agents": {"team"}, "fact_tickets": set()}, id="an alias outside that a CTE has too"),
        pytest.param("SELECT COUNT(*) AS n FROM fact_tickets JOIN dim_agents USING (agent_id)",
                     {"dim_agents": {"agent_id"}, "fact_tickets": {"agent_id"}}, id="a USING column"),
        pytest.param("SELECT COUNT(*) AS n FROM fact_tickets NATURAL JOIN dim_agents",
                     {"dim_agents": AGENTS, "fact_tickets": ALL}, id="a natural join"),
        pytest.param("SELECT ROW_NUMBER() OVER (PARTITION BY priority ORDER BY created_at) AS n FROM fact_tickets",
                     {"fact_tickets": {"priority", "created_at"}}, id="a window"),
        pytest.param("SELECT 1 AS x FROM fact_tickets QUALIFY RANK() OVER (ORDER BY status) = 1",
                     {"fact_tickets": {"status"}}, id="QUALIFY"),
        pytest.param("SELECT priority FROM fact_tickets UNION ALL SELECT team FROM dim_agents ORDER BY priority",
                     {"dim_agents": {"team"}, "fact_tickets": {"priority"}}, id="UNION"),
        pytest.param("SELECT MAX(priority) AS x FROM fact_tickets GROUP BY status HAVING MIN(category) > 'a' ORDER BY MAX(channel)",
                     {"fact_tickets": {"priority", "status", "category", "channel"}}, id="every clause"),
        pytest.param("SELECT d FROM fact_tickets CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(created_date, due_date)) AS d",
                     {"fact_tickets": {"created_date", "due_date"}}, id="UNNEST of columns"),
        pytest.param("SELECT agent_id FROM fact_tickets JOIN dim_agents ON TRUE",
                     {"dim_agents": {"agent_id"}, "fact_tickets": {"agent_id"}}, id="a name that both sides have"),
        pytest.param("SELECT t FROM fact_tickets AS t", {"fact_tickets": ALL}, id="a whole row"),
        pytest.param("SELECT T.priority FROM fact_tickets AS t", {"fact_tickets": ALL}, id="an alias in another spelling"),
        pytest.param("SELECT s.a.b FROM fact_tickets AS t", {"fact_tickets": ALL}, id="a field of a STRUCT"),
        pytest.param("SELECT x FROM fact_tickets PIVOT (SUM(sla_hours) FOR priority IN ('High'))",
                     {"fact_tickets": ALL}, id="PIVOT"),
    ],
)  # fmt: skip
def test_what_a_select_reads(sql, expected):
    assert {name: set(columns) for name, columns in references(sql).items()} == expected


def test_what_the_files_read():
    assert {table.name: list(sources(table)) for table in results()} == {
        "dim_agents": ["agents_raw"],
        "dim_calendar": [],
        "ticket_history": ["tickets_raw", "events_raw", "dim_calendar"],
        "fact_tickets": ["tickets_raw", "dim_calendar", "ticket_history"],
        "dim_attributes": ["fact_tickets"],
        "features_daily": ["ticket_history", "fact_tickets"],
        "backlog_daily": ["ticket_history", "fact_tickets", "features_daily"],
        "daily_agent_load": ["ticket_history", "fact_tickets"],
        "ticket_sla_risk": ["fact_tickets"],
        "cohort_daily": ["fact_tickets", "features_daily"],
        "segment_daily": ["dim_agents", "ticket_history", "fact_tickets", "dim_attributes"],
        "work_next": ["fact_tickets", "ticket_sla_risk"],
        "signal_daily": ["features_daily", "segment_daily"],
    }
    assert sources(catalogue()["backlog_daily"])["fact_tickets"] == {
        "created_date",
        "is_resolved",
        "reopens",
        "resolved_date",
        "ticket_id",
    }


def test_which_tables_others_are_computed_from():
    assert [table.name for table in results() if is_read(table)] == [
        "dim_agents",
        "dim_calendar",
        "ticket_history",
        "fact_tickets",
        "dim_attributes",
        "features_daily",
        "ticket_sla_risk",
        "segment_daily",
    ]
