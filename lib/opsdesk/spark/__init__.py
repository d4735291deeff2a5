"""Spark as the second engine: the same definitions, computed elsewhere, published by the warehouse in the same way."""
