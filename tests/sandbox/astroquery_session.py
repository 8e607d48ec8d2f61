"""Run as a script: the unmodified astroquery client does what its users do; prints what it got as JSON.

Where its requests go is set from outside, by astroquery.cfg and the proxy variables alone.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import astroquery
from astropy.table import Table
from astroquery.mast import Mast, MastMissions, Observations

FOLDER = Path(sys.argv[1])
PUBLIC, EXCLUSIVE = sys.argv[2], sys.argv[3]
os.chdir(FOLDER)


def ids(table: Table) -> list[str]:
    return [str(value) for value in table["obs_id"]]


def criteria() -> Any:
    found = Observations.query_criteria(
        obs_collection="JWST", proposal_id=["1176", "1073"], instrument_name="Nircam*", filters="F277W"
    )
    return {
        "obs_id": ids(found),
        "columns": found.colnames,
        "instrument": sorted(set(found["instrument_name"])),
    }


def numbers() -> Any:
    found = Observations.query_criteria(obs_collection="JWST", t_min=[59700, 59800], calib_level=3)
    return [float(value) for value in found["t_min"]]


def at_position() -> Any:
    found = Observations.query_criteria(
        coordinates="283.396 33.029", radius="1 arcmin", obs_collection="JWST"
    )
    return {"rows": len(found), "distance": [float(d) for d in found["distance"]], "columns": found.colnames}


def pages() -> Any:
    Mast._portal_api_connection.PAGESIZE = 100
    Observations._portal_api_connection.PAGESIZE = 100
    found = Observations.query_criteria(obs_collection=["JWST", "HST"])
    count = Observations.query_criteria_count(obs_collection=["JWST", "HST"])
    Observations._portal_api_connection.PAGESIZE = 50000
    return {"rows": len(found), "distinct": len(set(found["obsid"])), "count": int(count)}


def counts() -> Any:
    return {
        "region": int(Observations.query_region_count("283.396 33.029", radius="1 arcmin")),
        "object": int(Observations.query_object_count("M57", radius="1 arcmin")),
        "rows": len(Observations.query_region("283.396 33.029", radius="1 arcmin")),
        "object rows": len(Observations.query_object("M57", radius="1 arcmin")),
    }


def resolved() -> Any:
    found = Observations.resolve_object("M57")
    return [float(found.ra.deg), float(found.dec.deg)]


def metadata() -> Any:
    tables = [Observations.get_metadata(name) for name in ("observations", "products")]
    return [list(table["Column Name"]) for table in tables]


def product_list() -> Any:
    found = Observations.query_criteria(proposal_id="1176", obs_collection="JWST", calib_level=3)[:2]
    products = Observations.get_product_list(found)
    science = Observations.filter_products(products, productType="SCIENCE", mrp_only=True)
    return {
        "columns": products.colnames,
        "rows": len(products),
        "parents": sorted(set(map(str, products["parent_obsid"]))),
        "asked": sorted(map(str, found["obsid"])),
        "science": list(science["dataURI"]),
    }


def downloads() -> Any:
    products = Observations.get_product_list(
        Observations.query_criteria(proposal_id="1176", obs_collection="JWST", calib_level=3)[:1]
    )[:4]
    manifest = Observations.download_products(products, download_dir=str(FOLDER), verbose=False)
    sizes = [Path(path).stat().st_size for path in manifest["Local Path"]]
    return {"status": list(manifest["Status"]), "sizes": sizes, "said": [int(s) for s in products["size"]]}


def one_file() -> Any:
    target = FOLDER / "one.fits"
    status = Observations.download_file(PUBLIC, local_path=str(target), verbose=False)
    return {"answer": list(status), "size": target.stat().st_size}


def script() -> Any:
    products = Observations.get_product_list(
        Observations.query_criteria(proposal_id="1176", obs_collection="JWST", calib_level=3)[:1]
    )[:3]
    manifest = Observations.download_products(products, download_dir=str(FOLDER), curl_flag=True)
    return {
        "path": str(manifest["Local Path"][0]),
        "status": str(manifest["Status"][0]),
        "files": list(products["productFilename"]),
        "sizes": [int(s) for s in products["size"]],
    }


def keywords() -> Any:
    found = Mast.mast_query(
        "Mast.Jwst.Filtered.Nircam", columns="filename,dataURI,expstart,productLevel", exp_type=["NRC_IMAGE"]
    )
    return {"columns": found.colnames, "rows": len(found)}


def refused() -> Any:
    target = FOLDER / "secret.fits"
    status = Observations.download_file(EXCLUSIVE, local_path=str(target), verbose=False)
    return {"status": status[0], "message": status[1], "there": target.exists()}


def bad_login() -> Any:
    try:
        Observations.login(token="sandbox-token-expired")
    except Exception as error:
        return type(error).__name__
    return "logged in"


def login() -> Any:
    session = Observations.session_info(verbose=False)
    Observations.login(token=os.environ["GOOD_TOKEN"])
    known = Observations.session_info(verbose=False)
    target = FOLDER / "mine.fits"
    status = Observations.download_file(EXCLUSIVE, local_path=str(target), verbose=False)
    Observations.logout()
    return {
        "anonymous": session["anon"],
        "who": known["ezid"],
        "status": status[0],
        "size": target.stat().st_size,
        "after": Observations.session_info(verbose=False)["ezid"],
    }


def mission_search() -> Any:
    hst = MastMissions(mission="hst")
    program = os.environ["HST_PROGRAM"]
    found = hst.query_criteria(sci_pep_id=program, select_cols=["sci_targname", "sci_ra"])
    products = hst.get_product_list(found[:1])
    manifest = hst.download_products(products[:2], download_dir=str(FOLDER), verbose=False)
    sizes = [Path(path).stat().st_size for path in manifest["Local Path"]]
    return {
        "columns": found.colnames, "ids": list(found["sci_data_set_name"]),
        "status": list(manifest["Status"]),
        "sizes": sizes, "said": [int(size) for size in products["size"][:2]],
        "all": len(hst.get_column_list()),
    }  # fmt: skip


def mission_position() -> Any:
    jwst = MastMissions(mission="jwst")
    near = jwst.query_region("283.396 33.029", radius=2)
    named = jwst.query_object("M57", radius=2, instrume="MIRI")
    return {"separations": [float(s) for s in near["ang_sep"]], "instruments": sorted(set(named["instrume"]))}


STEPS: tuple[Callable[[], Any], ...] = (
    criteria, numbers, at_position, pages, counts, resolved, metadata, product_list, downloads, one_file,
    script, keywords, refused, bad_login, login, mission_search, mission_position,
    lambda: sorted(Observations.list_missions()),
)  # fmt: skip


def main() -> None:
    results: dict[str, Any] = {"version": astroquery.__version__}
    for step in STEPS:
        try:
            results[step.__name__] = step()
        except Exception as error:
            results[step.__name__] = {"error": f"{type(error).__name__}: {error}"}
    (FOLDER / "results.json").write_text(json.dumps(results))


main()
