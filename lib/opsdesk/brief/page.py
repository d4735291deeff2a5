"""The report: one HTML file without scripts, requests or the outputs of notebooks.

Whatever a ticket, an agent or a parameter is called, it stays text: the template escapes all of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jinja2

from opsdesk.brief.ahead import read_ahead
from opsdesk.brief.bars import sparkline
from opsdesk.brief.briefing import briefing, headline, span_sentences
from opsdesk.brief.charts import read_charts, signal_chart
from opsdesk.brief.emphasis import as_html
from opsdesk.brief.facts import Change, Facts
from opsdesk.brief.figures import flow_unit, read_figures, unknown_figures
from opsdesk.brief.history_charts import read_history_charts
from opsdesk.brief.ladders import Ladder, against_usual, by_segment
from opsdesk.brief.quality import Quality
from opsdesk.brief.segments_table import missing, read_agent_rows, read_dimensions
from opsdesk.brief.stock import period_sentence, stock_sentences
from opsdesk.brief.work_rows import read_work_rows, silent_rules
from opsdesk.display.frames import as_table, in_words
from opsdesk.guards.secrets import redacted_values
from opsdesk.guards.texts import one_line
from opsdesk.trends import number_words as words
from opsdesk.trends.coverage_table import describe_coverage
from opsdesk.trends.history_words import about_histories, about_moves
from opsdesk.trends.period_words import period_table
from opsdesk.trends.sentences import about_backlog, about_promises
from opsdesk.trends.signal_words import about_baseline
from opsdesk.trends.target_words import target_sentences, worst_sentences

SPAN_NAMES = {"week": "The last seven days", "day": "The last day", "month": "The last 28 days"}
WEEKS_SHOWN = 8
COLUMNS = (
    *("backlog_size", "inflow", "outflow", "net_change", "past_due", "sla_due_tickets"),
    *("attainment", "age_p50_days", "median_hours", "p90_hours", "breach_rate"),
)


class About(NamedTuple):
    """What the page says of the run: its name, its parameters, its steps, where all of work is."""

    name: str
    parameters: Mapping[str, object]
    steps: Sequence[Mapping[str, object]]


class SpanChange(NamedTuple):
    """A change explained: its name, its days, sentences and waterfalls."""

    key: str
    name: str
    days: str
    sentences: list[str]
    ladders: list[Ladder]
    moves: str


def environment() -> jinja2.Environment:
    """Return what renders the templates of this room; everything in them is escaped."""
    rendered = jinja2.Environment(
        loader=jinja2.PackageLoader("opsdesk.brief", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    rendered.filters |= {
        "html": as_html,
        "count": words.count,
        "signed": words.signed,
        "spark": sparkline,
        "day": words.day_name,
    }
    return rendered


def render_report(page: Mapping[str, Any]) -> str:
    """Return the report as HTML, from the result of `page_values`."""
    return environment().get_template("report.html.j2").render(page)


def page_values(facts: Facts, quality: Quality, about: About) -> dict[str, Any]:
    """Return what the report and the mail show."""
    return {
        "name": one_line(about.name),
        "headline": headline(facts),
        "facts": facts,
        "quality": quality,
        "sentences": briefing(facts),
        "figures": read_figures(facts),
        "unknown": _unknown(facts),
        "flow_unit": flow_unit(facts),
        "against": _against(facts),
        "since": _since(facts),
        "changes": [_span_change(facts, name) for name in SPAN_NAMES if name in facts.changes],
        "why_no_change": _why_no_change(facts),
        "work": read_work_rows(facts),
        "silent": silent_rules(facts),
        "has_agents": bool(facts.agents.empty or facts.agents["is_agent"].any()),
        "signal_chart": signal_chart(facts),
        "baseline": about_baseline(facts.signal_days) if len(facts.signal_days) else "",
        "ahead": read_ahead(facts),
        "charts": read_charts(facts),
        "dimensions": read_dimensions(facts),
        "agents": read_agent_rows(facts),
        "has_days": any(agent.days_of_work for agent in read_agent_rows(facts)),
        "stock": stock_sentences(facts.stock, facts.coverage, facts.weeks, facts.dimension),
        "histories": about_histories(facts.histories),
        "history_charts": read_history_charts(facts),
        "history_weeks": _history_weeks(facts),
        "period": period_sentence(facts.stock),
        "periods": as_table(period_table(facts.stock.periods)),
        "missing": missing(facts),
        "weeks": in_words(facts.weeks.iloc[::-1].head(WEEKS_SHOWN), *COLUMNS),
        "targets": [*target_sentences(facts.judged), *worst_sentences(facts.judged)],
        "coverage": describe_coverage(facts.coverage),
        "parameters": redacted_values(dict(about.parameters)),
        "steps": about.steps,
    }


def _history_weeks(facts: Facts) -> object:
    """Return the last weeks of histories as a table; None without histories."""
    return in_words(facts.histories.iloc[::-1].head(WEEKS_SHOWN))


def _unknown(facts: Facts) -> list[str]:
    """Return which figures are not known, and why."""
    names = list(unknown_figures(facts))
    if not names:
        return []
    why = [about_backlog(facts.coverage), about_promises(facts.coverage)]
    return [f"Not known: {words.listed(names)}.", *(sentence for sentence in why if sentence)]


def _against(facts: Facts) -> str:
    """Return which days are compared with which."""
    now = facts.now
    if not now.is_whole:
        return f"{words.day_name(now.last_day)}, not over yet"
    span = words.span_name(now.first_day, now.last_day)
    if now.is_week and len(facts.weeks) > 1:
        return f"{span} against the seven days before"
    return span


def _since(facts: Facts) -> str:
    """Return what came since the last whole day, where there is a day that is not over."""
    coverage = facts.coverage
    last = facts.days.iloc[-1]
    if not (facts.now.is_whole and coverage.is_last_day_partial) or about_backlog(coverage):
        return ""
    if coverage.intake_until is not None:
        return ""
    return (
        f"Since midnight: {words.count(last['inflow'])} opened, {words.count(last['outflow'])} "
        f"resolved, {words.count(last['backlog_size'])} open."
    )


def _span_change(facts: Facts, name: str) -> SpanChange:
    change = facts.changes[name]
    return SpanChange(
        key=name,
        name=SPAN_NAMES[name],
        days=words.span_name(*change.span),
        sentences=list(span_sentences(facts, name)),
        ladders=_ladders(facts, change),
        moves=about_moves(change.explained) if facts.dimension else "",
    )


def _ladders(facts: Facts, change: Change) -> list[Ladder]:
    ladders = [by_segment(change, facts.dimension)] if facts.dimension else []
    usual = against_usual(change)
    return [*ladders, usual] if usual else ladders


def _why_no_change(facts: Facts) -> str:
    if about_backlog(facts.coverage):
        return about_backlog(facts.coverage)
    return "" if facts.changes else "No day is over yet: there is nothing to explain."
