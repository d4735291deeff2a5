"""The three steps that notebooks 01 to 03 call, and what only they need."""
