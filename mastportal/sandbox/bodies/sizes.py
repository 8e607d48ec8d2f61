"""How large a body is meant to be: by its name, version and the typical size. Imports no other part."""

from hashlib import blake2b

from .parts import Facts

_LEAST_GROWTH = 8 * 2880


def seed_of(facts: Facts) -> int:
    """A number that belongs to this name and version."""
    return int.from_bytes(blake2b(f"{facts.filename}#{facts.version}".encode(), digest_size=8).digest())


def target_bytes(facts: Facts) -> int:
    """Typical size times the kind's factor, a fifth more or less; each version is larger than the last."""
    spread = 0.8 + 0.4 * (int.from_bytes(blake2b(facts.filename.encode(), digest_size=4).digest()) / 2**32)
    size = max(256, int(facts.file_bytes * (facts.factor or 1.0) * spread))
    # Large enough that rounding to rows and FITS blocks never hides it.
    return size + facts.version * max(_LEAST_GROWTH, size // 50)
