"""The columns of each service: order, JSON types, and the column configuration. Knows no rows and no HTTP."""

from collections.abc import Mapping


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Order of today's Mast.Caom.Filtered answer (protocol dossier, section 3).
CAOM_FILTERED = _words(
    "dataproduct_type calib_level obs_collection obs_id target_name s_ra s_dec t_min t_max t_exptime "
    "wavelength_region filters em_min em_max target_classification obs_title t_obs_release instrument_name "
    "proposal_pi proposal_id proposal_type project sequence_number provenance_name s_region jpegURL dataURL "
    "dataRights mtFlag srcDen intentType obsid objID"
)
CAOM_POSITION = (*CAOM_FILTERED, "objID1", "distance")
# Cone answers begin with intentType and end with the identifiers; `_selected_` is the Portal's own tick.
CAOM_CONE = _words(
    "intentType obs_collection provenance_name instrument_name project filters wavelength_region target_name "
    "target_classification obs_id s_ra s_dec dataproduct_type proposal_pi calib_level t_min t_max t_exptime "
    "em_min em_max obs_title t_obs_release proposal_id proposal_type sequence_number s_region jpegURL "
    "dataURL dataRights mtFlag srcDen obsid objID distance _selected_"
)
PRODUCTS = _words(
    "obsID obs_collection dataproduct_type obs_id description type dataURI productType "
    "productGroupDescription productSubGroupDescription productDocumentationURL project prvversion "
    "proposal_id productFilename size parent_obsid dataRights calib_level filters _selected_"
)
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(
        _words("s_ra s_dec t_min t_max t_exptime em_min em_max t_obs_release srcDen distance"), "float"
    ),
    **dict.fromkeys(("calib_level", "sequence_number", "size"), "int"),
    **dict.fromkeys(("mtFlag", "_selected_"), "boolean"),
}


def caom_type(name: str) -> str:
    """The `type` in the answer's fields; identifiers are JSON numbers under type string, as in MAST."""
    return _TYPES.get(name, "string")


# label, datatype, unit, separator, description, example; the order is the Portal's.
_OBSERVATION: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("intentType", "Observation Type", "char", "", "", "Science or calibration", "science, calibration"),
    ("obs_collection", "Mission", "char", "", ";", "Collection that holds the data", "JWST, HST, HLSP"),
    ("provenance_name", "Provenance Name", "char", "", "", "Pipeline or team that made it", "CALJWST, APT"),
    ("instrument_name", "Instrument", "char", "", "", "Instrument and mode", "NIRCAM/IMAGE, ACS/WFC"),
    ("project", "Project", "char", "", ";", "Processing project", "JWST, HST, HAP"),
    ("filters", "Filters", "char", "", ";", "Optical elements", "F277W, F170LP;G235M"),
    ("wavelength_region", "Waveband", "char", "", ";", "Wavebands", "INFRARED, OPTICAL, UV"),
    ("target_name", "Target Name", "char", "", "", "Name the proposers gave", "NGC-6720, VV191"),
    ("target_classification", "Target Classification", "char", "", ";", "Classes of the target",
     "Galaxy; Interacting galaxies"),
    ("obs_id", "Observation ID", "char", "", "", "Name the mission gave", "jw02733-o001_t001_nircam"),
    ("s_ra", "RA", "double", "deg", "", "Right ascension, ICRS", "283.396"),
    ("s_dec", "Dec", "double", "deg", "", "Declination, ICRS", "33.029"),
    ("dataproduct_type", "Product Type", "char", "", "", "Kind of data", "image, spectrum, cube, timeseries"),
    ("proposal_pi", "Principal Investigator", "char", "", "", "Principal investigator", "Dicken, Daniel"),
    ("calib_level", "Calibration Level", "int", "", "",
     "-1 planned, 1 raw, 2 calibrated, 3 combined, 4 contributed", "-1, 1, 2, 3"),
    ("t_min", "Start Time", "double", "MJD", "", "Start of the observation", "59706.503"),
    ("t_max", "End Time", "double", "MJD", "", "End of the observation", "59706.517"),
    ("t_exptime", "Exposure Length", "double", "s", "", "Exposure time", "555.008"),
    ("em_min", "Min. Wavelength", "double", "nm", "", "Shortest wavelength", "1660"),
    ("em_max", "Max. Wavelength", "double", "nm", "", "Longest wavelength", "3170"),
    ("obs_title", "Observation Title", "char", "", "", "Title of the proposal", ""),
    ("t_obs_release", "Release Date", "double", "MJD", "", "When the data are or become public", "60178.6"),
    ("proposal_id", "Proposal ID", "char", "", "", "Programme number", "1176"),
    ("proposal_type", "Proposal Type", "char", "", "", "Kind of programme", "GO, GTO, ERS, COM"),
    ("sequence_number", "Sequence Number", "int", "", "", "Number in the mission's own sequence", ""),
    ("s_region", "Footprint", "char", "deg", "", "Shape on the sky, ICRS", "POLYGON 83.6 22.0 83.7 22.0 ..."),
    ("jpegURL", "Preview", "char", "", "", "Preview image", "mast:JWST/product/..._i2d.jpg"),
    ("dataURL", "Data URL", "string", "", "", "Main data file", "mast:JWST/product/..._i2d.fits"),
    ("dataRights", "Data Rights", "string", "", "", "Who may read the data", "PUBLIC, EXCLUSIVE_ACCESS"),
    ("mtFlag", "Moving Target", "boolean", "", "", "Whether the target moves", "true"),
    ("srcDen", "Associated Catalogs", "float", "", "", "Catalogued objects in the footprint", ""),
    ("obsid", "Product Group ID", "long", "", "", "Key of the product list", "83209967"),
    ("objID", "Object ID", "long", "", "", "Key of the plane", "165643579"),
    ("distance", 'Distance (")', "float", "arcsec", "", "From the searched position; 0 inside", "0"),
)  # fmt: skip
_REMOVED = _words(
    "obs_creator_name obs_publisher_id access_estsize s_fov s_resolution obsStartTime obsStopTime "
    "t_resolution em_res_power o_ucd target_class obs_creation_date publisher_id bib_reference "
    "data_rights obs_release_date s_ucd em_resolution objID1"
)
_PRODUCT_LABELS: Mapping[str, str] = {
    "obsID": "Product Group ID", "obs_collection": "Mission", "dataproduct_type": "Product Type",
    "obs_id": "Observation ID", "description": "Description", "type": "Type", "dataURI": "URI",
    "productType": "Product Category", "productGroupDescription": "Product Group",
    "productSubGroupDescription": "Product Subgroup", "productDocumentationURL": "Documentation",
    "project": "Project", "prvversion": "Pipeline Version", "proposal_id": "Proposal ID",
    "productFilename": "File Name", "size": "Size", "parent_obsid": "Parent Group ID",
    "dataRights": "Data Rights", "calib_level": "Calibration Level", "filters": "Filters",
}  # fmt: skip


def column_config(config_id: str) -> dict[str, dict[str, object]]:
    """The bare object keyed by column that the client asks for first; empty for a service without one."""
    match config_id.lower():
        case "mast.caom.cone" | "mast.caom.filtered" | "mast.caom.filtered.position" | "mast.caom.all":
            return _observation_config()
        case "mast.caom.products":
            return _product_config()
    return {}


def _observation_config() -> dict[str, dict[str, object]]:
    config: dict[str, dict[str, object]] = {
        "_selected_": {"text": "selected", "add": True, "type": "boolean", "hidden": True}
    }
    for order, (name, label, datatype, unit, separator, description, example) in enumerate(_OBSERVATION):
        column: dict[str, object] = {"text": label, "order": order, "vot.description": description}
        column["type" if name in ("mtFlag", "dataRights") else "vot.datatype"] = datatype
        column |= {"unit": unit} if unit else {}
        column |= {"separator": separator, "separatorType": "split"} if separator else {}
        column |= {"example": example} if example else {}
        config[name] = column
    return config | {name: {"text": name, "remove": True} for name in _REMOVED}


def _product_config() -> dict[str, dict[str, object]]:
    datatypes = {"size": "long", "calib_level": "int", "obsID": "long", "parent_obsid": "long"}
    return {
        name: {"text": label, "order": order, "vot.datatype": datatypes.get(name, "char")}
        | ({"unit": "byte"} if name == "size" else {})
        for order, (name, label) in enumerate(_PRODUCT_LABELS.items())
    }
