"""The cloud's stand-ins on this machine: emulators of Cloud Storage and BigQuery, started and stopped together.

`emulators` starts both; `installation` knows where `make emulators` has put them, `process` keeps each under a `supervisor`, so that none
outlives us; `certificate` makes what TLS needs; `params_file` writes the params file to use, `command` is the command. What is in `mended/` runs
inside the BigQuery emulator, in its own environment, and makes it behave more like BigQuery.
docs/emulators.md says what the two can and cannot show.
"""
