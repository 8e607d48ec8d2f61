"""Observations beyond the table of visits, to any number: fields of true programmes, tiled. Knows no HTTP.

Nothing is random: the n-th tile of a field is the same at any scale; a larger archive holds a smaller one.
"""

from collections.abc import Iterator
from itertools import chain, count, islice

import pyarrow as pa

from .facts import Programme, Survey, programmes, surveys
from .modes import mode_of
from .naming import combined_stem, planned_stem, rootname
from .synthesis import Draft, drafts_of_facts, table_of

_MJD_OF_2000, _DAYS_PER_YEAR = 51544.0, 365.25
_GOLDEN = 0.6180339887498949
_SQUARE = 0.7548776662466927
_FIRST_OBSERVATION, _OBSERVATIONS = 100, 899
_PLANNED_EVERY, _SOURCES = 23, 5
_FIRST_VISIT, _VISITS_PER_FIELD = 20, 600
_LETTERS = {"ACS": "j", "WFC3": "i", "STIS": "o", "COS": "l"}
_LAST_EXECUTED_MJD = 61270.0


def drafts() -> Iterator[Draft]:
    """Endless: tile after tile of every field in turn."""
    fields = surveys()
    for tile in count():
        for place, survey in enumerate(fields):
            yield from _tile(survey, tile, place)


def _tile(survey: Survey, tile: int, place: int) -> Iterator[Draft]:
    programme = programmes()[survey.mission, survey.program]
    number = tile * 37 + place * 5
    along, across = number * _GOLDEN % 1.0, number * _SQUARE % 1.0
    year = survey.first_year + (along * 0.7 + across * 0.3) * (survey.last_year - survey.first_year)
    start = _MJD_OF_2000 + (year - 2000.0) * _DAYS_PER_YEAR
    dec = max(-89.9, min(89.9, survey.dec_deg + (across - 0.5) * survey.spread_deg))
    position = ((survey.ra_deg + (along - 0.5) * survey.spread_deg) % 360.0, dec)
    is_planned = start > _LAST_EXECUTED_MJD or number % _PLANNED_EVERY == 0
    for index, elements in enumerate(survey.elements):
        for obs_id in _obs_ids(survey, tile, place, index, elements, is_planned=is_planned):
            yield _draft(
                survey, programme, obs_id, elements, position, start + 0.02 * index, number, is_planned
            )


def _draft(
    survey: Survey, programme: Programme, obs_id: str, elements: str, position: tuple[float, float],
    start_mjd: float, number: int, is_planned: bool,
) -> Draft:  # fmt: skip
    mode = mode_of(survey.mode)
    return Draft(
        programme, obs_id, mode, elements, f"{survey.target}-{number % 997 + 1}", *position,
        survey.classification, None if is_planned else start_mjd, 300.0 + number * 137 % 6000,
        -1 if is_planned else 3, angle_deg=number * 53.7 % 360.0, is_time_series=mode.kind == "tso",
    )  # fmt: skip


def _obs_ids(
    survey: Survey, tile: int, place: int, index: int, elements: str, *, is_planned: bool
) -> Iterator[str]:
    """The names of a tile's observations of one set of elements: one, or one for each source."""
    mode = mode_of(survey.mode)
    if survey.mission == "HST":
        visit, exposure = divmod(tile * len(survey.elements) + index, 36)
        visit += _FIRST_VISIT + place % 2 * _VISITS_PER_FIELD
        yield rootname(_LETTERS[mode.instrument], survey.program, visit, exposure, is_association=True)
        return
    # A programme has three digits for its observations; what is beyond counts as further targets of them.
    turn, observation = divmod(tile * 4 + place % 4, _OBSERVATIONS)
    observation += _FIRST_OBSERVATION
    if is_planned:
        yield planned_stem(survey.program, observation, turn * 30 + index + 1, mode.instrument)
        return
    targets = (
        [f"s{(turn * 1000 + observation) * 100 + n:09d}" for n in range(1, _SOURCES + 1)]
        if mode.kind in ("mos", "wfss")
        else [f"t{turn + 1:03d}"]
    )
    for target in targets:
        yield combined_stem(survey.program, observation, target, mode, elements)


def built_in(scale: int) -> pa.Table:
    """`scale` observations: those of the facts first."""
    return table_of(islice(chain(drafts_of_facts(), drafts()), scale))
