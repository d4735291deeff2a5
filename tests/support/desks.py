"""Tickets of made-up desks, for the tests of foresight."""

import random
from datetime import timedelta

from tickets import Row, instant, ticket

AS_OF = instant("2024-04-30 23:59:59")


def desk(count: int = 900, seed: int = 1, days: int = 120) -> list[Row]:
    """Tickets of 120 days: urgent ones are resolved soon, others often late, some never."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        created = AS_OF - timedelta(seconds=chance.randint(0, days * 86400))
        priority, category = chance.choice("HL"), chance.choice("abc")
        target = chance.choice((24, 100.5, 240, 900, None))
        took = chance.expovariate(1 / (50 if priority == "H" else 300)) * (
            2 if category == "a" else 1
        )
        resolved = created + timedelta(seconds=round(took * 3600))
        rows.append(
            ticket(
                created,
                resolved if resolved <= AS_OF else None,
                ticket_id=f"T{number}",
                priority=priority,
                category=category,
                sla_hours=target,
            )
        )
    return rows
