"""Runs in the environment of the BigQuery emulator (bqemulator 1.4.0) and puts right where it differs from BigQuery."""
