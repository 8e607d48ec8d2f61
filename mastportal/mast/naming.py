"""Reads names of JWST and HST files: which observation, stage, detector and kind of product they tell."""

import re

_EXTENSION = re.compile(r"\.(fits|fit|fits\.gz|jpg|jpeg|png|json|csv|ecsv|txt|pdf|asdf|xml|tar|gz)$", re.I)
_CANDIDATE_TAIL = re.compile(r"^(jw\d{11}_\w+)_[aoc]\d{3,4}$", re.I)


def observation_id_of(text: str) -> str:
    """The CAOM obs_id that an id, a file name or a dataURI belongs to.

    A file name loses its suffix, "all from the last underscore" (STScI notebooks), and a `_crf` name the
    candidate before it, which CAOM's obs_id does not have.
    """
    name = text.rsplit("/", 1)[-1]
    stem = _EXTENSION.sub("", name)
    if stem == name or "_" not in stem:
        return name
    parent = stem.rsplit("_", 1)[0]
    match = _CANDIDATE_TAIL.match(parent)
    return match[1] if match else parent
