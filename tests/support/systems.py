"""The systems that opsdesk has a mapping for: each with its header and how it writes a ticket."""

import csv
from dataclasses import replace
from datetime import datetime, timedelta

from system_forms import HOUR, Clock, Known, System, Ticket


def _minutes(ticket: Ticket) -> int | None:
    return (ticket.first - ticket.created) // timedelta(minutes=1) if ticket.first else None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _clock_text(span: timedelta | None, *, seconds: bool = False) -> str:
    """-3:07 or 49:05:09."""
    if span is None:
        return ""
    total = int(abs(span).total_seconds())
    sign = "-" if span < timedelta() else ""
    text = f"{sign}{total // 3600}:{total // 60 % 60:02}"
    return f"{text}:{total % 60:02}" if seconds else text


BERLIN = "Europe/Berlin"


def zendesk(ticket: Ticket, clock: Clock) -> Known:
    tags = {"merged": "vip closed_by_merge", "spam": "spam x"}.get(ticket.end, "not_spam vip")
    return {
        "Summation column": "1", "Id": ticket.number, "Requester": "a person",
        "Assignee": ticket.agent or "-", "Group": ticket.group or "-", "Subject": ticket.subject,
        "Tags": tags, "Status": ZENDESK.state(ticket), "Priority": ZENDESK.priority(ticket) or "-",
        "Via": ticket.channel, "Ticket type": ticket.category or "-",
        "Created at": clock.write(ticket.created), "Updated at": clock.write(ticket.updated),
        "Organization": ticket.customer or "-", "Due date": "", "Reopens": "0",
        "Solved at": clock.write(ticket.resolved),
        "First reply time in minutes": _text(_minutes(ticket)),
    }  # fmt: skip


def _after_minutes(ticket: Ticket, clock: Clock) -> Known:
    minutes = _minutes(ticket)
    created = clock.read(ticket.created)
    first = created + timedelta(minutes=minutes) if minutes is not None else None
    return {"first_response_at": first}


ZENDESK_ENDS = {"merged": "merged", "spam": "spam", "deleted": "deleted"}
ZENDESK_STATES = {
    "open": "Open",
    "pending": "On-hold",
    "solved": "Solved",
    "closed": "Closed",
    "deleted": "Deleted",
}
URGENT = {"Critical": "Urgent", "Medium": "Normal"}
ZENDESK = System(
    "zendesk",
    "Summation column,Id,Requester,Requester id,Requester external id,Requester email,"
    "Requester domain,Submitter,Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,"
    "Created at,Updated at,Assigned at,Organization,Due date,Initially assigned at,Solved at,"
    "Resolution time,Satisfaction Score,Group stations,Assignee stations,Reopens,Replies,"
    "First reply time in minutes,First reply time in minutes within business hours,"
    "First resolution time in minutes,First resolution time in minutes within business hours,"
    "Full resolution time in minutes,Full resolution time in minutes within business hours,"
    "Agent wait time in minutes,Agent wait time in minutes within business hours,"
    "Requester wait time in minutes,Requester wait time in minutes within business hours,"
    "On hold time in minutes,On hold time in minutes within business hours,"
    "Product [list],Notes [txt],VIP [flag]",
    zendesk,
    Clock(BERLIN, "%Y-%m-%d %H:%M"),
    ZENDESK_STATES,
    URGENT,
    lacks=("due_at", "sla_breached"),
    carried=_after_minutes,
    ends=ZENDESK_ENDS,
    issues=("ambiguous_time",),
)


def zendesk_explore(ticket: Ticket, clock: Clock) -> Known:
    return {
        "Ticket ID": ticket.number, "Ticket status": EXPLORE.state(ticket),
        "Ticket group": ticket.group, "Assignee name": ticket.agent,
        "Ticket created - Timestamp": clock.write(ticket.created),
        "Ticket solved - Timestamp": clock.write(ticket.resolved),
        "Ticket brand": "Main", "Ticket channel": ticket.channel,
        "Ticket priority": EXPLORE.priority(ticket), "Ticket subject": ticket.subject,
        "Ticket type": ticket.category, "Ticket organisation name": ticket.customer,
        "Has merged": "Yes" if ticket.end == "merged" else "No", "Tickets": "1",
    }  # fmt: skip


EXPLORE = System(
    "zendesk_explore",
    "Ticket ID,Ticket status,Ticket group,Assignee name,Ticket created - Timestamp,"
    "Ticket solved - Timestamp,Ticket brand,Ticket channel,Ticket form,Ticket priority,"
    "Ticket subject,Ticket type,Requester name,Ticket organisation name,Has merged,Tickets,"
    "MED(Full resolution time (hrs))",
    zendesk_explore,
    Clock(BERLIN),
    ZENDESK_STATES,
    URGENT,
    lacks=("due_at", "sla_breached", "updated_at", "first_response_at"),
    attributes=lambda ticket: {"group": ticket.group, "brand": "Main"},
    ends={"merged": "merged", "deleted": "deleted"},
    footers=((",,,,,,,,,,,,,,,201,", "missing_ticket_id"),),
    issues=("ambiguous_time",),
)


def explore_days(ticket: Ticket, clock: Clock) -> Known:
    tags = {"merged": "vip, closed_by_merge", "spam": "spam"}.get(ticket.end, "not_spam")
    return {
        "Ticket tags": tags, "Ticket ID": ticket.number, "Ticket status": EXPLORE.state(ticket),
        "Ticket created - Date": clock.write(ticket.created),
        "Ticket solved - Date": clock.write(ticket.resolved), "Ticket priority": EXPLORE.priority(ticket),
    }  # fmt: skip


EXPLORE_DAYS = replace(
    EXPLORE,
    name="zendesk_explore, days",
    header="Ticket ID,Ticket status,Ticket created - Date,Ticket solved - Date,Ticket priority,Ticket tags,Tickets",
    cells=explore_days,
    clock=Clock(BERLIN, "%Y-%m-%d"),
    lacks=(*EXPLORE.lacks, "category", "channel", "agent_id", "customer", "subject"),
    attributes=lambda ticket: {},
    ends={"deleted": "deleted", "merged": "merged by tag", "spam": "spam"},
    footers=(),
    issues=("date_only",),
)


def servicenow(ticket: Ticket, clock: Clock) -> Known:
    return {
        "number": f"INC{ticket.number:07}", "opened_at": clock.write(ticket.created),
        "short_description": ticket.subject, "caller_id": ticket.customer or "null",
        "priority": SERVICENOW.priority(ticket), "state": SERVICENOW.state(ticket),
        "assignment_group": ticket.group, "assigned_to": ticket.agent,
        "category": ticket.category, "contact_type": ticket.channel,
        "sys_updated_on": clock.write(ticket.updated), "resolved_at": clock.write(ticket.resolved),
        "closed_at": clock.write(ticket.closed), "made_sla": str(not ticket.late).lower(),
        "sla_due": "UNKNOWN", "calendar_duration": "45667",
    }  # fmt: skip


def _servicenow(ticket: Ticket, clock: Clock) -> Known:
    return {
        "ticket_id": f"INC{ticket.number:07}",
        "resolved_at": clock.read(ticket.resolved or ticket.closed),
        "sla_breached": bool(ticket.late),
    }


MODERATE = {
    "Critical": "1 - Critical",
    "High": "2 - High",
    "Medium": "3 - Moderate",
    "Low": "4 - Low",
}
SERVICENOW = System(
    "servicenow",
    "number,opened_at,short_description,caller_id,priority,state,assignment_group,assigned_to,"
    "category,contact_type,sys_updated_on,sys_updated_by,resolved_at,closed_at,made_sla,sla_due,"
    "calendar_duration",
    servicenow,
    Clock(BERLIN),
    {
        "open": "In Progress",
        "pending": "On Hold",
        "solved": "Resolved",
        "closed": "Closed",
        "canceled": "Canceled",
    },
    MODERATE,
    lacks=("due_at", "first_response_at"),
    carried=_servicenow,
    ends={"canceled": "canceled"},
    quoting=csv.QUOTE_ALL,
    end="\r\n",
    issues=("ambiguous_time", "judged_by_flag"),
)
RAW = {"In Progress": "2", "On Hold": "3", "Resolved": "6", "Closed": "7", "Canceled": "8"}


def servicenow_raw(ticket: Ticket, clock: Clock) -> Known:
    cells = servicenow(ticket, clock)
    shown = cells.pop("state")
    return cells | {"incident_state": RAW[shown], "priority": cells["priority"][:1]}


SERVICENOW_RAW = replace(
    SERVICENOW,
    name="servicenow, raw values, days first",
    header=SERVICENOW.header.replace(",state,", ",incident_state,"),
    cells=servicenow_raw,
    clock=Clock(BERLIN, "%d.%m.%Y %H:%M:%S"),
)


def servicenow_xlsx(ticket: Ticket, clock: Clock) -> Known:
    return {
        "Number": f"INC{ticket.number:07}", "Opened": clock.write(ticket.created),
        "Short description": ticket.subject, "Caller": ticket.customer,
        "Priority": SERVICENOW.priority(ticket), "State": SERVICENOW.state(ticket),
        "Category": ticket.category, "Channel": ticket.channel, "Assignment group": ticket.group,
        "Assigned to": ticket.agent, "Updated": clock.write(ticket.updated),
        "Resolved": clock.write(ticket.resolved), "Closed": clock.write(ticket.closed),
        "Made SLA": str(not ticket.late).lower(), "Resolve time": 45667,
    }  # fmt: skip


SERVICENOW_XLSX = replace(
    SERVICENOW,
    mapping="servicenow_xlsx",
    header="Number,Opened,Short description,Caller,Priority,State,Category,Channel,"
    "Assignment group,Assigned to,Updated,Updated by,Resolved,Closed,Resolve time,Made SLA,SLA due",
    cells=servicenow_xlsx,
    clock=Clock(BERLIN, None),
    ending="xlsx",
)


def jira(ticket: Ticket, clock: Clock) -> Known:
    ended = ticket.state in ("solved", "closed")
    resolution = {"duplicate": "Duplicate", "wont_do": "Won't Do"}.get(ticket.end, "Done")
    first = Clock(clock.zone, "%Y-%m-%d %H:%M:%S.679")
    return {
        "Summary": ticket.subject, "Issue key": f"DESK-{ticket.number}", "Issue id": ticket.number,
        "Issue Type": ticket.category, "Status": JIRA.state(ticket), "Project key": "DESK",
        "Project name": "Service desk", "Priority": JIRA.priority(ticket),
        "Resolution": resolution if ticket.resolved else "", "Assignee": ticket.agent,
        "Reporter": "a person", "Created": clock.write(ticket.created),
        "Updated": clock.write(ticket.updated), "Resolved": clock.write(ticket.resolved),
        "Due date": "", "Custom field (Organizations)": [ticket.customer, "second"],
        "Custom field (Time to resolution)": _clock_text(ticket.left),
        "Custom field ([CHART] Date of First Response)": first.write(ticket.first),
        "Components": [ticket.group, "", ""], "Status Category": "Done" if ended else "To Do",
        "Status Category Changed": clock.write(ticket.closed or ticket.resolved or ticket.created),
    }  # fmt: skip


def _done(ticket: Ticket) -> datetime | None:
    """The resolution, else the last change of the status's category, if that is Done."""
    changed = ticket.closed or ticket.created
    return ticket.resolved or (changed if ticket.state in ("solved", "closed") else None)


def _jira(ticket: Ticket, clock: Clock) -> Known:
    return {
        "ticket_id": f"DESK-{ticket.number}",
        "resolved_at": clock.read(_done(ticket)),
        "first_response_at": Clock(clock.zone).read(ticket.first),
        "customer": ticket.customer or "a person",
    }


JIRA = System(
    "jira",
    "Summary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Project type,"
    "Project lead,Project lead id,Project description,Priority,Resolution,Assignee,Assignee Id,"
    "Reporter,Reporter Id,Creator,Creator Id,Created,Updated,Last Viewed,Resolved,Due date,Votes,"
    "Description,Environment,Watchers,Watchers,Watchers Id,Watchers Id,Original estimate,"
    "Remaining Estimate,Time Spent,Work Ratio,Σ Original Estimate,Security Level,"
    "Inward issue link (Cloners),Attachment,Components,Components,Components,"
    "Custom field (Category),Custom field (Category),Custom field (Organizations),"
    "Custom field (Organizations),Custom field (Request Type),Satisfaction rating,"
    "Custom field (Time to done),Custom field (Time to first response),"
    "Custom field (Time to resolution),Custom field ([CHART] Date of First Response),"
    "Custom field ([CHART] Time in Status),Comment,Comment,Parent,Parent key,Parent summary,"
    "Status Category,Status Category Changed",
    jira,
    Clock(BERLIN, "%d/%b/%y %-I:%M %p"),
    {"open": "Waiting for support", "pending": "Pending", "solved": "Resolved", "closed": "Done"},
    {"Critical": "Highest"},
    lacks=("due_at", "channel"),
    carried=_jira,
    attributes=lambda ticket: {"project": "Service desk", "component": ticket.group},
    ends={"duplicate": "duplicate", "wont_do": "wont_do"},
    mark=True,
    issues=("ambiguous_time", "judged_by_flag"),
)


def jira_server(ticket: Ticket, clock: Clock) -> Known:
    cells = jira(ticket, clock)
    for name in ("Status Category", "Status Category Changed", "Custom field (Organizations)"):
        del cells[name]
    left = cells.pop("Due date")
    own = {"Status": JIRA_SERVER.state(ticket), "Priority": JIRA_SERVER.priority(ticket)}
    component = cells.pop("Components")[0]
    return cells | own | {"Component/s": component, "Due Date": left}


JIRA_SERVER = replace(
    JIRA,
    name="jira, server",
    header="Summary,Issue key,Issue id,Parent id,Issue Type,Status,Project key,Project name,"
    "Project url,Priority,Resolution,Assignee,Reporter,Creator,Created,Updated,Last Viewed,"
    "Resolved,Due Date,Labels,Labels,Component/s,Custom field (Time to resolution),"
    "Custom field ([CHART] Date of First Response)",
    cells=jira_server,
    clock=Clock(BERLIN, "%d/%b/%y %I:%M %p"),
    states={"open": "Open", "pending": "In Progress", "solved": "Resolved", "closed": "Closed"},
    priorities={"Critical": "Blocker", "High": "Major", "Medium": "Medium", "Low": "Trivial"},
    carried=lambda ticket, clock: (
        _jira(ticket, clock) | {"resolved_at": clock.read(ticket.resolved), "customer": "a person"}
    ),
    mark=False,
)


def freshdesk(ticket: Ticket, clock: Clock) -> Known:
    late = {None: "", True: "SLA Violated", False: "Within SLA"}[ticket.late]
    return {
        "Ticket ID": ticket.number, "Subject": ticket.subject, "Status": FRESHDESK.state(ticket),
        "Priority": FRESHDESK.priority(ticket), "Source": ticket.channel, "Type": ticket.category,
        "Agent": ticket.agent, "Group": ticket.group, "Created time": clock.write(ticket.created),
        "Due by Time": clock.write(ticket.due), "Resolved time": clock.write(ticket.resolved),
        "Closed time": clock.write(ticket.closed), "Last update time": clock.write(ticket.updated),
        "Initial response time": clock.write(ticket.first), "Resolution status": late,
        "Company Name": ticket.customer,
    }  # fmt: skip


def _or_closed(ticket: Ticket, clock: Clock) -> Known:
    return {"resolved_at": clock.read(ticket.resolved or ticket.closed)}


FRESHDESK = System(
    "freshdesk",
    "Ticket ID,Subject,Description,Status,Priority,Source,Type,Agent,Group,Created time,"
    "Due by Time,Resolved time,Closed time,Last update time,Initial response time,Time tracked,"
    "First response time (in hrs),Resolution time (in hrs),Agent interactions,"
    "Customer interactions,Resolution status,First response status,Tags,Survey results,"
    "Full name,Title,Email,Work phone,Mobile phone,Contact ID,Company Name",
    freshdesk,
    Clock(BERLIN),
    {"open": "Open", "pending": "Waiting on Customer", "solved": "Resolved", "closed": "Closed"},
    {"Critical": "Urgent"},
    carried=_or_closed,
    issues=("ambiguous_time",),
)


def freshservice(ticket: Ticket, clock: Clock) -> Known:
    cells = freshdesk(ticket, clock)
    renamed = {
        "Ticket ID": "Ticket Id", "Created time": "Created Time", "Resolved time": "Resolved Time",
        "Closed time": "Closed Time", "Last update time": "Last Updated Time",
        "Initial response time": "Initial Response Time", "Resolution status": "Resolution Status",
        "Company Name": "Company", "Type": "Category",
    }  # fmt: skip
    return {renamed.get(name, name): text for name, text in cells.items()} | {"Type": "Incident"}


FRESHSERVICE = replace(
    FRESHDESK,
    mapping="freshservice",
    header="Subject,Type,Status,Urgency,Impact,Priority,Group,Agent,Company,Description,Category,"
    "Sub-Category,Item,Source,Resolution Note,Experience Score,Association type,"
    "Requester Location,Requester VIP,Ticket Id,Requester Name,Requester Email,Created Time,"
    "Due by Time,Resolved Time,Closed Time,Last Updated Time,Initial Response Time,Time Tracked,"
    "First Response Time (in Hrs),Resolution Time (in Hrs),Agent interactions,"
    "Customer interactions,Resolution Status,First Response Status,Tags,Survey Result,"
    "Approval Status,Others,Others",
    cells=freshservice,
    attributes=lambda ticket: {"group": ticket.group, "type": "Incident"},
)


def hubspot(ticket: Ticket, clock: Clock) -> Known:
    return {
        "Ticket ID": ticket.number, "Ticket name": ticket.subject, "Pipeline": "Support Pipeline",
        "Ticket status": HUBSPOT.state(ticket), "Create date": clock.write(ticket.created),
        "Ticket owner": ticket.agent, "Source": ticket.channel,
        "Last activity date": clock.write(ticket.updated),
        "Close date": clock.write(ticket.resolved), "Priority": HUBSPOT.priority(ticket),
        "Category": ticket.category, "Associated Company (Primary)": ticket.customer,
        "Time to first agent email reply (HH:mm:ss)": _clock_text(
            ticket.first and ticket.first - ticket.created, seconds=True
        ),
        "Time to close SLA due date": clock.write(ticket.due),
    }  # fmt: skip


def _after_seconds(ticket: Ticket, clock: Clock) -> Known:
    first = ticket.first and clock.read(ticket.created) + (ticket.first - ticket.created)
    return {"first_response_at": first}


HUBSPOT = System(
    "hubspot",
    "Ticket ID,Ticket name,Pipeline,Ticket status,Create date,Ticket owner,Source,"
    "Last activity date,Close date,Priority,Category,Ticket description,Time to close (HH:mm:ss),"
    "Time to first agent email reply (HH:mm:ss),Last customer reply date,"
    "Time to close SLA due date,Time to close SLA ticket status,Associated Company (Primary),"
    "Associated Company IDs",
    hubspot,
    Clock("America/New_York", "%Y-%m-%d %H:%M"),
    {
        "open": "New (Support Pipeline)",
        "pending": "Waiting on contact (Support Pipeline)",
        "solved": "Closed (Support Pipeline)",
        "closed": "Closed (Support Pipeline)",
    },
    {"Critical": "Urgent"},
    lacks=("sla_breached",),
    carried=_after_seconds,
    attributes=lambda ticket: {"pipeline": "Support Pipeline"},
    quoting=csv.QUOTE_ALL,
    issues=("ambiguous_time",),
)


HUBSPOT_NAMES = {
    "Ticket ID": "hs_ticket_id",
    "Ticket name": "subject",
    "Pipeline": "hs_pipeline",
    "Ticket status": "hs_pipeline_stage",
    "Create date": "createdate",
    "Ticket owner": "hubspot_owner_id",
    "Source": "source_type",
    "Last activity date": "hs_lastmodifieddate",
    "Close date": "closed_date",
    "Priority": "hs_ticket_priority",
    "Category": "hs_ticket_category",
}


def hubspot_internal(ticket: Ticket, clock: Clock) -> Known:
    cells = hubspot(ticket, clock)
    found = {name: cells[shown] for shown, name in HUBSPOT_NAMES.items()}
    return found | {"hs_ticket_priority": HUBSPOT_INTERNAL.priority(ticket)}


HUBSPOT_INTERNAL = replace(
    HUBSPOT,
    name="hubspot, internal names",
    header=",".join(HUBSPOT_NAMES.values()),
    cells=hubspot_internal,
    clock=Clock("America/New_York"),
    priorities={"Critical": "URGENT", "High": "HIGH", "Medium": "MEDIUM", "Low": "LOW"},
    lacks=("due_at", "sla_breached", "first_response_at", "customer"),
    carried=lambda ticket, clock: {},
)


def intercom(ticket: Ticket, clock: Clock) -> Known:
    zone = clock.zone
    return {
        "Conversation ID": ticket.number,
        f"Conversation started at ({zone})": clock.write(ticket.created),
        "Teammate currently assigned": ticket.agent, "Team currently assigned": ticket.group,
        "Current conversation state": INTERCOM.state(ticket), "Channel": ticket.channel,
        "First response time (seconds)": ""
        if ticket.first is None
        else int((ticket.first - ticket.created).total_seconds()),
        f"Updated at ({zone})": clock.write(ticket.updated), "Conversation rating": "5",
        f"Last closed at ({zone})": clock.write(ticket.resolved),
    }  # fmt: skip


INTERCOM = System(
    "intercom",
    "Conversation ID,Conversation started at (America/Argentina/Buenos_Aires),"
    "Teammate currently assigned,Team currently assigned,Current conversation state,Started by,"
    "Conversation source,Channel,First response time (seconds),"
    "Updated at (America/Argentina/Buenos_Aires),Conversation rating,"
    "Last closed at (America/Argentina/Buenos_Aires)",
    intercom,
    Clock("America/Argentina/Buenos_Aires"),
    {"open": "Open", "pending": "Snoozed", "solved": "Closed", "closed": "Closed"},
    lacks=("due_at", "sla_breached", "priority", "category", "customer", "subject"),
    carried=_after_seconds,
    attributes=lambda ticket: {"inbox": ticket.group, "rating": "5"},
    zone_from="header",
)


def salesforce(ticket: Ticket, clock: Clock) -> Known:
    return {
        "Case Number": f"{ticket.number:08}", "Case Owner": ticket.agent,
        "Subject": ticket.subject, "Status": SALESFORCE.state(ticket),
        "Priority": ticket.priority, "Date/Time Opened": clock.write(ticket.created),
        "Date/Time Closed": clock.write(ticket.resolved), "Case Origin": ticket.channel,
        "Type": ticket.category, "Account Name": ticket.customer,
    }  # fmt: skip


def _case_number(ticket: Ticket, clock: Clock) -> Known:
    return {"ticket_id": f"{ticket.number:08}"}


SALESFORCE = System(
    "salesforce",
    "Case Number,Case Owner,Subject,Status,Priority,Date/Time Opened,Date/Time Closed,Age (Hours),"
    "Case Origin,Type,Account Name",
    salesforce,
    Clock("America/New_York", "%m/%d/%Y %I:%M %p", plain=True),
    {"open": "Working", "pending": "On Hold", "solved": "Closed", "closed": "Closed"},
    lacks=("due_at", "sla_breached", "updated_at", "first_response_at"),
    carried=_case_number,
    attributes=lambda ticket: {},
    quoting=csv.QUOTE_ALL,
    mark=True,
    footers=(
        ('"Grand Totals (213 records)"', "malformed_line"),
        ('"Generated By: A Person 11/24/2026 9:00 AM"', "malformed_line"),
    ),
    issues=("ambiguous_time",),
)


def dataloader(ticket: Ticket, clock: Clock) -> Known:
    late = {None: "", True: "Closed Violation", False: "Compliant"}[ticket.late]
    return {
        "Id": "5003t00001ABCDE", "CaseNumber": f"{ticket.number:08}", "AccountId": ticket.customer,
        "Type": ticket.category, "Status": SALESFORCE.state(ticket), "Reason": "",
        "Origin": ticket.channel, "Subject": ticket.subject, "Priority": ticket.priority,
        "IsClosed": "true", "ClosedDate": clock.write(ticket.resolved), "OwnerId": ticket.agent,
        "CreatedDate": clock.write(ticket.created), "LastModifiedDate": clock.write(ticket.updated),
        "MilestoneStatus": late,
    }  # fmt: skip


DATALOADER = replace(
    SALESFORCE,
    mapping="salesforce_dataloader",
    header="Id,CaseNumber,ContactId,AccountId,Type,RecordTypeId,Status,Reason,Origin,Subject,"
    "Priority,Description,IsClosed,ClosedDate,IsEscalated,OwnerId,IsClosedOnCreate,CreatedDate,"
    "LastModifiedDate,SlaStartDate,SlaExitDate,IsStopped,StopStartDate,MilestoneStatus",
    cells=dataloader,
    clock=Clock("UTC", "%Y-%m-%dT%H:%M:%S.000Z"),
    lacks=("due_at", "first_response_at"),
    mark=False,
    footers=(),
    issues=("judged_by_flag",),
    zone_from="mapping",
)


def zoho(ticket: Ticket, clock: Clock) -> Known:
    return {
        "Ticket Id": ticket.number, "Subject": ticket.subject,
        "Created Time (Ticket)": clock.write(ticket.created),
        "Ticket Closed Time": clock.write(ticket.resolved), "Status (Ticket)": ZOHO.state(ticket),
        "Priority (Ticket)": ticket.priority or "-None-", "Category (Ticket)": ticket.category,
        "Ticket Owner": ticket.agent, "Due Date": clock.write(ticket.due), "Team": ticket.group,
        "Account Name": ticket.customer, "Channel (Ticket)": ticket.channel,
    }  # fmt: skip


ZOHO = System(
    "zoho_desk",
    "Ticket Id,Subject,Created Time (Ticket),Ticket Closed Time,Status (Ticket),Priority (Ticket),"
    "Category (Ticket),Created By (Ticket),Ticket Owner,Due Date,SLA Violation Type,"
    "Crossed Due Date,Phone (Ticket),Email (Contact),Team,Account Name,Channel (Ticket)",
    zoho,
    Clock(BERLIN, "%d %b %Y %I:%M %p"),
    {
        "open": "Open",
        "pending": "On Hold",
        "solved": "Resolved",
        "closed": "Closed",
        "duplicate": "Duplicate",
    },
    lacks=("sla_breached", "updated_at", "first_response_at"),
    ends={"duplicate": "duplicate"},
    issues=("ambiguous_time",),
)


def zoho_xlsx(ticket: Ticket, clock: Clock) -> Known:
    cells = zoho(ticket, clock)
    renamed = {"Ticket Closed Time": "Closed Time", "Status (Ticket)": "Status"}
    return {renamed.get(name, name): value for name, value in cells.items()}


ZOHO_XLSX = replace(
    ZOHO,
    name="zoho_desk, xlsx",
    header="Ticket Id,Subject,Created Time (Ticket),Closed Time,Status,Priority (Ticket),"
    "Category (Ticket),Ticket Owner,Due Date,Team,Account Name,Channel (Ticket)",
    cells=zoho_xlsx,
    clock=Clock(BERLIN, None),
    ending="xlsx",
)


def glpi(ticket: Ticket, clock: Clock) -> Known:
    return {
        "ID": ticket.number, "Title": ticket.subject, "Entity": ticket.customer,
        "Status": GLPI.state(ticket), "Last update": clock.write(ticket.updated),
        "Opening date": clock.write(ticket.created), "Priority": GLPI.priority(ticket),
        "Requester - Requester": "one person\nanother", "Assigned to - Technician": ticket.agent,
        "Category": ticket.category, "Time to resolve": clock.write(ticket.due),
        "Time to resolve exceeded": {None: "", True: "Yes", False: "No"}[ticket.late],
        "Resolution date": clock.write(ticket.resolved), "Location": "Rome",
        "Closing date": clock.write(ticket.closed),
    }  # fmt: skip


GLPI = System(
    "glpi",
    "ID,Title,Entity,Status,Last update,Opening date,Priority,Requester - Requester,"
    "Assigned to - Technician,Category,Time to resolve,Time to resolve + Progress,"
    "Time to resolve exceeded,Resolution date,Closing date,Location,SLA - SLA Time to resolve",
    glpi,
    Clock(BERLIN, "%Y-%m-%d %H:%M"),
    {"open": "Processing (assigned)", "pending": "Pending", "solved": "Solved", "closed": "Closed"},
    {"Critical": "Major", "High": "Very high", "Low": "Very low"},
    lacks=("channel", "first_response_at"),
    carried=_or_closed,
    attributes=lambda ticket: {"location": "Rome"},
    delimiter=";",
    quoting=csv.QUOTE_ALL,
    end="\r\n",
    issues=("ambiguous_time",),
)


def osticket(ticket: Ticket, clock: Clock) -> Known:
    by_hand = ticket.number % 2 == 0
    return {
        "Ticket Number": ticket.number, "Date Created": clock.write(ticket.created),
        "Subject": ticket.subject, "From": ticket.customer, "Priority": OSTICKET.priority(ticket),
        "Department": ticket.group, "Help Topic": ticket.category, "Source": ticket.channel,
        "Current Status": OSTICKET.state(ticket), "Last Updated": clock.write(ticket.updated),
        "SLA Due Date": clock.write(ticket.due and ticket.due + (9 * HOUR if by_hand else 0 * HOUR)),
        "Due Date": clock.write(ticket.due) if by_hand else "",
        "Closed Date": clock.write(ticket.resolved), "Overdue": "1" if ticket.late else "",
        "Merged": "1" if ticket.end == "merged" else "", "Agent Assigned": ticket.agent,
    }  # fmt: skip


OSTICKET = System(
    "osticket",
    "Ticket Number,Date Created,Subject,From,From Email,Priority,Department,Help Topic,Source,"
    "Current Status,Last Updated,SLA Due Date,SLA Plan,Due Date,Closed Date,Overdue,Merged,Linked,"
    "Answered,Agent Assigned,Team Assigned,Thread Count,Reopen Count,Attachment Count,Task Count",
    osticket,
    Clock("America/New_York", "%m/%d/%y %I:%M %p", plain=True),
    {
        "open": "Open",
        "pending": "Open",
        "solved": "Resolved",
        "closed": "Closed",
        "deleted": "Deleted",
    },
    {"Critical": "Emergency", "Medium": "Normal"},
    lacks=("first_response_at",),
    carried=lambda ticket, clock: {"sla_breached": ticket.late or None},
    ends={"merged": "merged", "deleted": "deleted"},
    mark=True,
    issues=("ambiguous_time",),
)


def zammad(ticket: Ticket, clock: Clock) -> Known:
    return {
        "#": str(ticket.number), "Title": ticket.subject, "State": ZAMMAD.state(ticket),
        "Priority": ZAMMAD.priority(ticket), "Group": ticket.group, "Owner": ticket.agent or "-",
        "Customer": "", "Organization": ticket.customer, "Create Channel": ticket.channel,
        "Created At": clock.write(ticket.created), "Updated At": clock.write(ticket.updated),
        "Closed At": clock.write(ticket.resolved), "Close Escalation At": "",
        "Close Diff In Min": "" if ticket.left is None else ticket.left // timedelta(minutes=1),
        "First Response At": clock.write(ticket.first),
    }  # fmt: skip


ZAMMAD = System(
    "zammad",
    "#,Title,State,Priority,Group,Owner,Customer,Organization,Create Channel,Sender,Tags,"
    "Time Units Total,Created At,Updated At,Closed At,Close Escalation At,Close In Min,"
    "Close Diff In Min,First Response At,First Response Escalation At,First Response In Min,"
    "First Response Diff In Min,Update Escalation At,Update In Min,Update Diff In Min,"
    "Last Contact At,Last Contact Agent At,Last Contact Customer At,Article Count,Escalation At",
    zammad,
    Clock(BERLIN),
    {
        "open": "open",
        "pending": "pending reminder",
        "solved": "closed",
        "closed": "closed",
        "merged": "merged",
    },
    {"Critical": "3 high", "High": "3 high", "Medium": "2 normal", "Low": "1 low"},
    reads={"3 high": "High"},
    lacks=("due_at", "category"),
    ends={"merged": "merged"},
    ending="xlsx",
    above=(("Tickets: 2026-11",), ()),
    footers=(("Timezone: Europe/Berlin", "missing_created_at"),),
    issues=("ambiguous_time", "judged_by_flag"),
)


def znuny(ticket: Ticket, clock: Clock) -> Known:
    return {
        "Ticket Number": f"2026{ticket.number:012}", "Created": clock.write(ticket.created),
        "Close Time": clock.write(ticket.resolved), "FirstResponse": clock.write(ticket.first),
        "State": ZNUNY.state(ticket), "Priority": ZNUNY.priority(ticket), "Queue": ticket.category,
        "Owner": ticket.agent, "CustomerID": ticket.customer, "Subject": ticket.subject,
        "SolutionDiffInMin": "" if ticket.left is None else ticket.left // timedelta(minutes=1),
    }  # fmt: skip


ZNUNY = System(
    "znuny",
    "Ticket Number,Age,Created,Close Time,FirstLock,FirstResponse,State,Priority,Queue,Lock,Owner,"
    "UserFirstname,UserLastname,CustomerID,Customer Realname,From,Subject,AccountedTime,"
    "ArticleTree,SolutionInMin,SolutionDiffInMin,FirstResponseInMin,FirstResponseDiffInMin",
    znuny,
    Clock(BERLIN),
    {
        "open": "open",
        "pending": "pending auto close+",
        "solved": "closed successful",
        "closed": "closed unsuccessful",
        "merged": "merged",
        "deleted": "removed",
    },
    {"Critical": "5 very high", "High": "4 high", "Medium": "3 normal", "Low": "1 very low"},
    lacks=("due_at", "channel", "updated_at"),
    carried=lambda ticket, clock: {"ticket_id": f"2026{ticket.number:012}"},
    attributes=lambda ticket: {},
    ends={"merged": "merged", "deleted": "removed"},
    delimiter=";",
    quoting=csv.QUOTE_ALL,
    issues=("ambiguous_time", "judged_by_flag"),
)


def gitlab(ticket: Ticket, clock: Clock) -> Known:
    return {
        "Title": ticket.subject, "Issue ID": ticket.number, "State": GITLAB.state(ticket),
        "Author": "a person", "Author Username": ticket.customer, "Assignee": "",
        "Assignee Username": ticket.agent, "Milestone": ticket.category,
        "Due Date": f"{ticket.due:%Y-%m-%d}" if ticket.due else "",
        "Created At (UTC)": clock.write(ticket.created),
        "Updated At (UTC)": clock.write(ticket.updated),
        "Closed At (UTC)": clock.write(ticket.resolved),
    }  # fmt: skip


def _gitlab(ticket: Ticket, clock: Clock) -> Known:
    due = ticket.due and ticket.due.replace(hour=23, minute=59, second=59)
    return {"due_at": due, "customer": ticket.customer or "a person"}


GITLAB = System(
    "gitlab",
    "Title,Description,Issue ID,URL,State,Author,Author Username,Assignee,Assignee Username,"
    "Confidential,Locked,Due Date,Created At (UTC),Updated At (UTC),Closed At (UTC),Milestone,"
    "Weight,Labels,Time Estimate,Time Spent",
    gitlab,
    Clock("UTC"),
    {"open": "Open", "pending": "Open", "solved": "Closed", "closed": "Closed"},
    lacks=("sla_breached", "priority", "channel", "first_response_at"),
    carried=_gitlab,
    attributes=lambda ticket: {},
    issues=("due_date_only",),
    zone_from="mapping",
)


def nyc311(ticket: Ticket, clock: Clock) -> Known:
    return {
        "Unique Key": ticket.number, "Created Date": clock.write(ticket.created),
        "Closed Date": clock.write(ticket.resolved), "Agency": ticket.agent,
        "Problem (formerly Complaint Type)": ticket.category,
        "Problem Detail (formerly Descriptor)": ticket.subject, "Status": NYC.state(ticket),
        "Due Date": clock.write(ticket.due), "Borough": ticket.group,
        "Resolution Action Updated Date": clock.write(ticket.updated),
        "Open Data Channel Type": ticket.channel,
    }  # fmt: skip


CITY = {"open": "Open", "pending": "Pending", "solved": "Closed", "closed": "Closed"}
NYC = System(
    "nyc311",
    "Unique Key,Created Date,Closed Date,Agency,Agency Name,Problem (formerly Complaint Type),"
    "Problem Detail (formerly Descriptor),Additional Details,Location Type,Incident Zip,"
    "Incident Address,Status,Due Date,Resolution Description,Resolution Action Updated Date,"
    "Community Board,BBL,Borough,Open Data Channel Type,Latitude,Longitude,Location",
    nyc311,
    Clock("America/New_York", "%m/%d/%Y %I:%M:%S %p"),
    CITY,
    lacks=("sla_breached", "priority", "first_response_at", "customer"),
    attributes=lambda ticket: {"borough": ticket.group},
    issues=("ambiguous_time",),
    zone_from="mapping",
)


def nyc_before(ticket: Ticket, clock: Clock) -> Known:
    renamed = {
        "Problem (formerly Complaint Type)": "Complaint Type",
        "Problem Detail (formerly Descriptor)": "Descriptor",
    }
    return {renamed.get(name, name): text for name, text in nyc311(ticket, clock).items()}


NYC_BEFORE = replace(
    NYC,
    name="nyc311, before 2025",
    header="Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint Type,Descriptor,"
    "Location Type,Incident Zip,Incident Address,Status,Due Date,Resolution Description,"
    "Resolution Action Updated Date,Community Board,BBL,Borough,Open Data Channel Type,Latitude,"
    "Longitude,Location",
    cells=nyc_before,
)


def _of_api(name: str) -> str:
    return name.lower().replace(" ", "_")


NYC_API = replace(
    NYC_BEFORE,
    name="nyc311, API",
    header=_of_api(NYC_BEFORE.header),
    cells=lambda ticket, clock: {
        _of_api(name): text for name, text in nyc_before(ticket, clock).items()
    },
    clock=Clock("America/New_York", "%Y-%m-%dT%H:%M:%S.000"),
    quoting=csv.QUOTE_ALL,
)


def chicago(ticket: Ticket, clock: Clock) -> Known:
    kind = {"information": "311 INFORMATION ONLY CALL", "noise": "Aircraft Noise Complaint"}
    return {
        "SR_NUMBER": f"SR26-{ticket.number}", "SR_TYPE": kind.get(ticket.end, ticket.category),
        "OWNER_DEPARTMENT": ticket.agent, "STATUS": CHICAGO.state(ticket),
        "ORIGIN": ticket.channel, "CREATED_DATE": clock.write(ticket.created),
        "LAST_MODIFIED_DATE": clock.write(ticket.updated),
        "CLOSED_DATE": clock.write(ticket.resolved),
        "DUPLICATE": str(ticket.end == "duplicate").lower(),
    }  # fmt: skip


CHICAGO = System(
    "chicago311",
    "SR_NUMBER,SR_TYPE,SR_SHORT_CODE,CREATED_DEPARTMENT,OWNER_DEPARTMENT,STATUS,ORIGIN,"
    "CREATED_DATE,LAST_MODIFIED_DATE,CLOSED_DATE,STREET_ADDRESS,DUPLICATE,LEGACY_RECORD,"
    "LEGACY_SR_NUMBER,PARENT_SR_NUMBER",
    chicago,
    Clock("America/Chicago", "%m/%d/%Y %I:%M:%S %p"),
    {
        "open": "Open",
        "pending": "Open",
        "solved": "Completed",
        "closed": "Completed",
        "canceled": "Canceled",
    },
    lacks=("due_at", "sla_breached", "priority", "first_response_at", "customer", "subject"),
    carried=lambda ticket, clock: {"ticket_id": f"SR26-{ticket.number}"},
    attributes=lambda ticket: {},
    ends={
        "information": "information_only",
        "noise": "aircraft_noise",
        "duplicate": "duplicate",
        "canceled": "canceled",
    },
    issues=("ambiguous_time",),
    zone_from="mapping",
)
CHICAGO_API = replace(
    CHICAGO,
    name="chicago311, API",
    header=CHICAGO.header.lower(),
    cells=lambda ticket, clock: {
        name.lower(): text for name, text in chicago(ticket, clock).items()
    },
    clock=Clock("America/Chicago", "%Y-%m-%dT%H:%M:%S.000"),
    quoting=csv.QUOTE_ALL,
)


def sf311(ticket: Ticket, clock: Clock) -> Known:
    return {
        "CaseID": ticket.number, "Opened": clock.write(ticket.created),
        "Closed": clock.write(ticket.resolved), "Updated": clock.write(ticket.updated),
        "Status": SF.state(ticket), "Responsible Agency": ticket.agent,
        "Category": ticket.category, "Request Type": ticket.group,
        "Request Details": ticket.subject, "Source": ticket.channel,
    }  # fmt: skip


SF = System(
    "sf311",
    "CaseID,Opened,Closed,Updated,Status,Status Notes,Responsible Agency,Category,Request Type,"
    "Request Details,Address,Source,Media URL",
    sf311,
    Clock("America/Los_Angeles", "%m/%d/%Y %I:%M:%S %p"),
    CITY,
    lacks=("due_at", "sla_breached", "priority", "first_response_at", "customer"),
    attributes=lambda ticket: {"request_type": ticket.group},
    issues=("ambiguous_time",),
    zone_from="mapping",
)
SF_API_NAMES = (
    "service_request_id,requested_datetime,closed_date,updated_datetime,status_description,"
    "status_notes,agency_responsible,service_name,service_subtype,service_details,address,source,"
    "data_as_of"
)
SF_API = replace(
    SF,
    name="sf311, API",
    header=SF_API_NAMES,
    cells=lambda ticket, clock: dict(
        zip(
            (
                name
                for name in SF_API_NAMES.split(",")[:12]
                if name not in ("status_notes", "address")
            ),
            sf311(ticket, clock).values(),
            strict=True,
        )
    ),
    clock=Clock("America/Los_Angeles", "%Y-%m-%dT%H:%M:%S.000"),
)


def zendesk_json(ticket: Ticket, clock: Clock) -> Known:
    tags = {"merged": ["vip", "closed_by_merge"], "spam": ["spam"]}.get(ticket.end, [])
    return {
        "url": "https://x.zendesk.com/api/v2/tickets/1.json", "id": ticket.number,
        "external_id": None, "via": {"channel": ticket.channel, "source": {"from": {}}},
        "created_at": clock.write(ticket.created), "updated_at": clock.write(ticket.updated),
        "type": ticket.category or None, "subject": ticket.subject,
        "priority": ZENDESK_JSON.priority(ticket) or None, "status": ZENDESK_JSON.state(ticket),
        "requester_id": 7, "assignee_id": ticket.agent or None, "group_id": ticket.group or None,
        "organization_id": ticket.customer or None, "due_at": None, "tags": tags,
        "custom_fields": [{"id": 1, "value": None}], "satisfaction_rating": {"score": "good"},
        "metric_set": {
            "created_at": clock.write(ticket.created),
            "solved_at": clock.write(ticket.resolved) or None,
            "reply_time_in_minutes": {"calendar": _minutes(ticket), "business": 1},
        },
    }  # fmt: skip


ZENDESK_JSON = replace(
    ZENDESK,
    mapping="zendesk_json",
    header="",
    cells=zendesk_json,
    clock=Clock("UTC", "%Y-%m-%dT%H:%M:%SZ"),
    states={
        state: text.lower().replace("on-hold", "hold") for state, text in ZENDESK_STATES.items()
    },
    priorities={"Critical": "urgent", "High": "high", "Medium": "normal", "Low": "low"},
    ending="ndjson",
    issues=(),
    zone_from="mapping",
)


def github(ticket: Ticket, clock: Clock) -> Known:
    reason = {"wont_do": "NOT_PLANNED", "duplicate": "DUPLICATE"}.get(ticket.end, "COMPLETED")
    labels = [{"id": "L1", "name": ticket.category, "color": "ff0000"}, {"name": "second"}]
    agents = [{"id": "U1", "login": ticket.agent}, {"login": "second"}]
    return {
        "assignees": agents if ticket.agent else [], "author": {"login": ticket.customer},
        "closedAt": clock.write(ticket.resolved) or None, "createdAt": clock.write(ticket.created),
        "labels": labels if ticket.category else [], "number": ticket.number,
        "milestone": {"title": ticket.group} if ticket.group else None,
        "state": GITHUB.state(ticket), "stateReason": reason if ticket.resolved else "",
        "title": ticket.subject, "updatedAt": clock.write(ticket.updated),
    }  # fmt: skip


GITHUB = System(
    "github",
    "",
    github,
    Clock("UTC", "%Y-%m-%dT%H:%M:%SZ"),
    {"open": "OPEN", "pending": "OPEN", "solved": "CLOSED", "closed": "CLOSED"},
    lacks=("due_at", "sla_breached", "priority", "channel", "first_response_at"),
    attributes=lambda ticket: {"milestone": ticket.group},
    ends={"wont_do": "not_planned", "duplicate": "duplicate"},
    ending="json",
    zone_from="mapping",
)
SYSTEMS = (
    ZENDESK, EXPLORE, EXPLORE_DAYS, ZENDESK_JSON, SERVICENOW, SERVICENOW_RAW, SERVICENOW_XLSX,
    JIRA, JIRA_SERVER, FRESHDESK, FRESHSERVICE, HUBSPOT, HUBSPOT_INTERNAL, INTERCOM, SALESFORCE,
    DATALOADER, ZOHO, ZOHO_XLSX, GLPI, OSTICKET, ZAMMAD, ZNUNY, GITHUB, GITLAB, NYC, NYC_BEFORE, NYC_API, CHICAGO,
    CHICAGO_API, SF, SF_API,
)  # fmt: skip
