"""The words that tell a secret by its name: its value must not be written down anywhere."""

SECRET_WORDS = ("password", "passwd", "passphrase", "token", "secret", "key", "credential", "pwd")


def looks_secret(name: str) -> bool:
    """Return whether `name` sounds as if its value must not be written down."""
    return any(word in name.lower() for word in SECRET_WORDS)
