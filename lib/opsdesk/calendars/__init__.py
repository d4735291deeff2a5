"""The SLA clock: calendar files in, stretches of open and closed time out, as the SQL takes them.

Read `calendar` first (what a calendar and a clock are), then `calendar_file` (how a file is read),
`week` (its hours), `stretches` (the time axis cut where a calendar opens and closes), `clock` (the
parameters of the SQL; `catalogue/sql/dim_calendar.sql` reads them) and `clock_words` (the sentence
that people read).

May import: `catalogue`, `config`, and every room below them.
"""
