"""Start the BigQuery emulator with every patch.

Settings come from the environment (BQEMU_..., OPSDESK_TLS).
"""

from bqemulator_patches.version import check_version


def main() -> None:
    """Check the version, patch, and run the emulator until it is ended.

    Raises:
        SystemExit: the installed bqemulator is not the version that the patches fit.
    """
    check_version()
    # Imported after the check: in another version the names that they replace may be missing.
    from bqemulator.config import Settings
    from bqemulator.server import run_forever

    from bqemulator_patches.patches import apply_all

    apply_all()
    run_forever(Settings())


if __name__ == "__main__":
    main()
