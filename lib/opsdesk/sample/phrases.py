"""What the tickets of a sample say: every combination of these phrases, as a quoted CSV cell."""

OPENINGS = (
    'Customer reports that "Save" does nothing',
    'Caller says the screen shows "Error 504"',
    "Since the update, the client is slow",
    "User in the branch office, second floor, is locked out",
    'The link "Forgot password" leads nowhere',
    "Several people, all on the same switch, lost the connection",
    "The invoice of last month, no. 4711, is doubled",
    'Printer queue "HQ-2" is stuck again',
)
SYMPTOMS = (
    "it began this morning, nothing was changed before",
    'a restart helps for an hour, then it is back with "E-4012"',
    "it happens with two accounts, others work, a workaround is known",
    "logs are attached, the vendor was asked, no answer yet",
    'the monitor says "green", which is wrong',
    "it blocks the whole team, they ask for a call back before noon",
    "the same was reported last week, see the other ticket",
    "only on the mobile app, version 7.2, the web page is fine",
)
DEEDS = (
    "Asked for screenshots, waiting.",
    'Cleared the cache, told the user to try "again later".',
    "Restarted the service, watching it, "
    "will come back tomorrow with what the night shift has found.",
    "Passed on to the second line, with the logs, a trace and the steps to see it happen.",
    "Rights were missing, granted, confirmed by phone.",
    "Replaced the cable and the port, took the old one to the bench, "
    "counted the errors for an hour: none.",
    "Credit note is on its way, accounting knows.",
    "No fault found, the user will call when it comes back.",
)
CONTACTS = (
    "Reach her by phone, after nine, not by mail.",
    "Contact: the floor manager, he knows the site.",
    'Answers to "it-desk", they read it hourly.',
    "No call back wanted.",
)


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


DESCRIPTIONS = [
    _cell(f"{opening}; {symptom}. {deed} {contact}")
    for opening in OPENINGS
    for symptom in SYMPTOMS
    for deed in DEEDS
    for contact in CONTACTS
]
