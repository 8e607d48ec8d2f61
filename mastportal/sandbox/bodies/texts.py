"""Bodies that are text: associations, pools and catalogues. Knows no HTTP."""

import json

import numpy as np

from .parts import Body, Facts, Plain
from .sizes import seed_of, target_bytes

_POOL_COLUMNS = (
    "FILENAME", "PROGRAM", "OBS_NUM", "VISIT", "TARGETID", "EXP_TYPE", "INSTRUME", "DETECTOR", "FILTER",
    "ASN_CANDIDATE",
)  # fmt: skip


_RULES = {
    "image2": "Asn_Lv2Image", "spec2": "Asn_Lv2Spec", "tso-image2": "Asn_Lv2ImageTSO",
    "tso-spec2": "Asn_Lv2SpecTSO", "image3": "Asn_Lv3Image", "spec3": "Asn_Lv3SpectralTarget",
    "coron3": "Asn_Lv3Coron", "ami3": "Asn_Lv3AMI", "tso3": "Asn_Lv3TSO",
}  # fmt: skip


def association(facts: Facts) -> Body:
    """The association that names its members, in the form of the JWST pipeline's files."""
    parts = facts.filename.split("_")
    rule = parts[2] if len(parts) >= 5 else "image3"
    made = parts[1] if len(parts) >= 5 else f"{facts.made:%Y%m%dt%H%M%S}"
    members = [(name, "science") for name in facts.members] + list(facts.others)
    content = {
        "asn_type": rule,
        "asn_rule": f"candidate_{_RULES.get(rule, 'Asn_Lv3Image')}",
        "version_id": made,
        "code_version": f"1.{20 + facts.version}.2",
        "degraded_status": "No known degraded exposures in association.",
        "program": facts.observation.program,
        "constraints": f"DMSAttrConstraint({{'name': 'program', 'value': '{facts.observation.program}'}})",
        "asn_id": parts[0].partition("-")[2] or "a3001",
        "asn_pool": f"{parts[0].partition('-')[0]}_{made}_pool",
        "target": facts.observation.target,
        "products": [
            {
                "name": facts.product_name or facts.stem,
                "members": [{"expname": name, "exptype": role, "exposerr": "null"} for name, role in members],
            }
        ],
    }
    return _text(json.dumps(content, indent=4) + "\n" * (1 + facts.version), "application/json")


def pool(facts: Facts) -> Body:
    """The association pool, a table separated by bars: of a whole programme, so from the name alone."""
    program = facts.filename[2:7]
    rows = ["|".join(_POOL_COLUMNS)]
    for number in range(1, 13):
        rows.append(
            f"jw{program}001001_02101_{number:05d}_uncal.fits|{program}|1|1|1|"
            "NULL|NULL|MULTIPLE|CLEAR|[('o001', 'OBSERVATION')]"
        )
    return _text("\n".join(rows) + "\n" * (1 + facts.version), "text/csv")


def catalogue(facts: Facts) -> Body:
    """A source catalogue or light curve as ECSV."""
    names = ("label", "ra", "dec", "flux", "flux_err")
    head = ["# %ECSV 1.0", "# ---", "# datatype:"]
    head += [f"# - {{name: {name}, datatype: {'int64' if name == 'label' else 'float64'}}}" for name in names]
    head += [f"# meta: {{filename: {facts.filename}}}", "# schema: astropy-2.0", " ".join(names)]
    random = np.random.default_rng(seed_of(facts))
    count = 40 + seed_of(facts) % 40 + facts.version
    centre = np.array([facts.observation.ra_deg, facts.observation.dec_deg, 2.0])
    rows = [
        f"{n} {ra:.8f} {dec:.8f} {flux:.6e} {flux / 20:.6e}"
        for n, (ra, dec, flux) in enumerate(centre + random.normal(0, 0.01, (count, 3)), 1)
    ]
    return _text("\n".join([*head, *rows]) + "\n" * (1 + facts.version), "text/plain")


def note(facts: Facts) -> Body:
    """A file of a kind the sandbox knows nothing of: plain bytes of the right size."""
    line = f"{facts.filename} version {facts.version}\n"
    return _text((line * (target_bytes(facts) // len(line) + 1)), "application/octet-stream")


def _text(text: str, media_type: str) -> Body:
    return Body([Plain(text.encode())], media_type)
