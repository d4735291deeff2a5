"""Sentences about logins: none, expired, refused, or one that may not impersonate."""

from google.api_core import exceptions as api
from google.auth import exceptions as auth

from opsdesk.google.answers import message_of, message_of_login
from opsdesk.google.roles import IMPERSONATION_ROLE

LOGIN = "type `gcloud auth application-default login`"


def no_login(error: auth.DefaultCredentialsError) -> str:
    """Say that there is no login, or none that can be used."""
    message = message_of(error)
    if isinstance(error, auth.InvalidOperation):
        return f"the server wants a login and `endpoints` names one that takes none ({message})."
    if "not found. " not in str(error):
        return (
            "the login file that GOOGLE_APPLICATION_CREDENTIALS or gcloud names "
            f"cannot be used ({message}): {LOGIN}."
        )
    return f"there is no login to Google Cloud on this machine: {LOGIN}."


def no_refresh(error: auth.RefreshError) -> str:
    """Say that a login has expired, or may not act as the service account."""
    text = " ".join(str(part) for part in error.args)
    message = message_of_login(text)
    if "getAccessToken" in text or "impersonated" in text:
        return (
            "this login may not act as the service account that `impersonate` names, "
            f"or no account has that name. It needs {IMPERSONATION_ROLE} "
            f"(Google says: {message})."
        )
    return f"the login to Google Cloud has expired or was withdrawn ({message}): {LOGIN}."


def unauthorized(error: api.Unauthorized) -> str:
    """Say that Google does not accept the login."""
    return (
        "Google does not accept the login, it has expired or was withdrawn "
        f"({message_of(error)}): {LOGIN}."
    )
