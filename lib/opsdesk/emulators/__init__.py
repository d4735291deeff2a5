"""Emulators of Cloud Storage and BigQuery on this machine: the cloud way without a cloud.

Read `emulators` (starts both and says where they are), then `servers` (their command lines) and
`process` with `supervisor` (they end when this process ends). `installation` finds what `make
emulators` installed, `state_folder` empties the folder of a start, `certificate` makes what TLS
needs. `params_file` writes the params file to use, and `command` is `opsdesk emulators`. The
BigQuery emulator runs with the patches of the package `bqemulator_patches`. docs/emulators.md says
what the two can show and what they cannot.

May import: `config` and the ground. No other room may import it but the root's `cli`.
"""
