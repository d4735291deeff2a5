"""Patches that make bqemulator 1.4.0 behave more like BigQuery; they run in its environment.

`python -m bqemulator_patches` checks the `version`, applies every patch and starts the emulator.
Each other module patches one thing and has one public function `apply`; read `queries`, `scripts`,
`loads`, then the others. docs/emulators.md lists what each patch repairs.

May import: bqemulator and what is installed with it, and nothing of opsdesk.
"""
