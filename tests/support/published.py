"""A small published warehouse, made by hand: six tickets over three days, and the tables that count them."""

from pathlib import Path

import duckdb

from opsdesk.warehouse.publication import columns_digest

TABLES = """
CREATE TABLE fact_tickets (ticket_id VARCHAR, created_at TIMESTAMPTZ, resolved_at TIMESTAMPTZ, created_date DATE,
  resolved_date DATE, due_at TIMESTAMPTZ, due_date DATE, breached_at TIMESTAMPTZ, priority VARCHAR, agent_id VARCHAR,
  attributes VARCHAR, sla_calendar VARCHAR);
INSERT INTO fact_tickets
SELECT id, created::TIMESTAMPTZ, resolved::TIMESTAMPTZ, created[:10]::DATE, resolved[:10]::DATE,
  due::TIMESTAMPTZ, due[:10]::DATE, CASE WHEN breached THEN due::TIMESTAMPTZ END, priority, agent,
  CASE id WHEN 'T3' THEN '{"place":"a\\u0022b\\u005cc","product":"Phone"}' WHEN 'T5' THEN '{"product":"Car"}' END,
  NULL
FROM (VALUES
  ('T1', '2023-01-01 09:00Z', '2023-01-01 12:00Z', '2023-01-01 13:00Z', false, 'High', 'A1'),
  ('T2', '2023-01-01 10:00Z', '2023-01-03 10:00Z', '2023-01-02 10:00Z', true, 'Low', 'A1'),
  ('T3', '2023-01-02 10:00Z', NULL, '2023-01-03 09:00Z', true, 'High', 'A2'),
  ('T4', '2023-01-02 11:00Z', '2023-01-02 11:30Z', NULL, false, 'Low', '(unassigned)'),
  ('T5', '2023-01-03 08:00Z', NULL, '2023-01-03 20:00Z', false, 'High', 'A3'),
  ('T6', '2023-01-03 09:00Z', NULL, '2023-01-05 09:00Z', false, 'O''Hara; DROP', 'A1')
) AS t(id, created, resolved, due, breached, priority, agent);
ALTER TABLE fact_tickets ADD COLUMN team_in_force VARCHAR;
ALTER TABLE fact_tickets ADD COLUMN reopens BIGINT;
ALTER TABLE fact_tickets ADD COLUMN is_paused BOOLEAN;
CREATE TABLE ticket_history (ticket_id VARCHAR, from_date DATE, until_date DATE, state VARCHAR, is_closing BOOLEAN,
  is_reopening BOOLEAN, is_past_due BOOLEAN, missed_date DATE, kept_date DATE);
CREATE TABLE dim_attributes (attribute VARCHAR);
INSERT INTO dim_attributes VALUES ('place'), ('product');
CREATE TABLE segment_daily (ops_date DATE, dimension VARCHAR, segment VARCHAR, created BIGINT, backlog_size BIGINT);
INSERT INTO segment_daily VALUES ('2023-01-03', 'product', 'Phone', 1, 1), ('2023-01-03', 'product', 'Car', 1, 1),
  ('2023-01-03', 'product', '(none)', 4, 1), ('2023-01-03', 'place', 'a"b\\c', 1, 1), ('2023-01-03', 'place', '(none)', 5, 2);
CREATE TABLE dim_agents (agent_id VARCHAR, name VARCHAR, team VARCHAR);
INSERT INTO dim_agents VALUES ('A1', 'Ann', 'Core'), ('A2', '=1+1', 'Billing'), ('A3', 'Bo', NULL);
CREATE TABLE backlog_daily (ops_date DATE, backlog_size BIGINT, past_due BIGINT);
INSERT INTO backlog_daily VALUES ('2023-01-01', 1, 0), ('2023-01-02', 2, 1), ('2023-01-03', 3, 1);
CREATE TABLE features_daily (ops_date DATE, total_tickets BIGINT, resolved_tickets BIGINT, sla_due_tickets BIGINT,
  sla_due_missed BIGINT);
INSERT INTO features_daily VALUES ('2023-01-01', 2, 1, 1, 0), ('2023-01-02', 2, 1, 1, 1), ('2023-01-03', 2, 1, 1, 1);
CREATE TABLE work_next (rank BIGINT, ticket_id VARCHAR, priority VARCHAR, category VARCHAR, agent_id VARCHAR,
  customer VARCHAR, hours_left DOUBLE, score BIGINT, reasons VARCHAR, action VARCHAR);
INSERT INTO work_next VALUES (1, 'T3', 'High', 'Bug', 'A2', 'Acme', -9.0, 50, 'breached; high priority', 'Tell them'),
  (2, 'T6', 'O''Hara; DROP', 'Bug', 'A1', '=1+1', 39.0, 10, 'slow', 'Look');
CREATE TABLE _loads (part VARCHAR, fingerprint VARCHAR, rows BIGINT, bytes BIGINT, loaded_at TIMESTAMPTZ);
INSERT INTO _loads VALUES ('2023-01', 'f', 6, 600, '2023-02-01 00:00Z');
CREATE TABLE _runs (run_id VARCHAR, as_of TIMESTAMPTZ, timezone VARCHAR, parameters JSON, rows JSON,
  fingerprint VARCHAR, seconds DOUBLE, published_at TIMESTAMPTZ);
INSERT INTO _runs VALUES ('r1', '2023-01-03 18:00Z', 'UTC', '{"columns": "@"}', '{"fact_tickets": 6, "backlog_daily": 3}', 'f', 0.1,
  '2023-02-01 00:00Z');
"""  # as_of is 18:00 on the last day: T5, due at 20:00, is not past due yet


def publish(path: Path) -> Path:
    """Make the warehouse file at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone='UTC'")
        connection.execute(TABLES.replace("@", columns_digest()))
    return path
