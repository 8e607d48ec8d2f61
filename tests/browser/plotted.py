"""Results of any size made up in this process, for tests of what is drawn beside the table."""

import uuid
from typing import Any

import numpy as np
import pyarrow as pa
from django.contrib.auth.models import User
from django.utils import timezone

from mastportal.mast.fields import arrow_schema, fields_of
from mastportal.search import keep
from mastportal.search.models import ResultSet, Search
from mastportal.work import Phase

HTML = '<img src=x onerror="document.title=1">'
INSTRUMENTS = ["NIRCAM/IMAGE", "MIRI/IFU", "NIRSPEC/MSA", "WFC3/IR", "ACS/WFC", HTML]


def many_rows(count: int, seed: int = 3) -> dict[str, Any]:
    """Columns of `count` made-up observations, hostile values among them."""
    random = np.random.default_rng(seed)
    begin = np.round(np.sort(random.uniform(59_700, 60_900, count)), 6)
    exposure = np.round(10 ** random.normal(2.6, 0.7, count), 4)
    ra = np.round(random.normal(150, 20, count) % 360, 6)
    if count > 100:
        exposure[:9] = [np.nan, np.inf, -np.inf, 1e308, -1e308, np.nan, np.inf, 1e300, np.nan]
    names = np.array(INSTRUMENTS, dtype=object)[random.integers(0, len(INSTRUMENTS), count)]
    names[count // 2] = "x" * 100_000
    return {
        "obsid": [str(1_000_000 + n) for n in range(count)],
        "obs_collection": ["JWST"] * count,
        "instrument_name": names,
        "target_name": [f"T{n % 50}" for n in range(count)],
        "t_min": begin,
        "t_max": begin + random.uniform(0.001, 2, count),
        "t_exptime": exposure,
        "s_ra": ra,
        "s_dec": np.round(random.normal(2, 10, count).clip(-90, 90), 6),
        "calib_level": random.integers(1, 4, count),
    }


def kept_result(user: User, columns: dict[str, Any]) -> Search:
    """A search answered with these rows; the columns left out are null."""
    schema = arrow_schema(fields_of("observations"))
    count = len(columns["obsid"])
    arrays = [
        pa.array(columns[field.name], field.type, from_pandas=False)
        if field.name in columns
        else pa.nulls(count, field.type)
        for field in schema
    ]
    criteria = {"collection": "programs", "programs": ["1"], "criteria": {}}
    search = Search.objects.create(
        fingerprint=uuid.uuid4().hex, collection="programs", criteria=criteria, words="Made up for a plot"
    )
    result = ResultSet.objects.create(
        search=search, asked_by=user, phase=Phase.COMPLETED, row_count=count, ended_at=timezone.now()
    )
    keep.write_chunk(result.pk, 0, pa.Table.from_arrays(arrays, schema=schema))
    Search.objects.filter(pk=search.pk).update(current=result, latest=result)
    return Search.objects.select_related("current", "latest").get(pk=search.pk)
