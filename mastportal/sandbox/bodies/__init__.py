"""What is in a product's file: deterministic bytes, readable by range, of a size known before they are built.

A body follows from its file name, its version and the facts of its observation. Knows no HTTP.
"""

from .kinds import body_of
from .parts import Body, Facts

__all__ = ["Body", "Facts", "body_of"]
