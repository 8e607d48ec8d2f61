"""Owns how a gathering becomes the list of a bundle: its files side by side, references in a folder."""

import json
from dataclasses import dataclass, field

from basket.arrays import among
from basket.contents import Contents
from basket.freezing import files_of
from basket.harvest import harvest_of, products_of
from basket.manifest import PIPELINE
from basket.models import Bundle, BundleFile
from basket.phases import Access, Phase
from basket.pipeline.answers import Answer
from basket.pipeline.gathering import of_bundle
from basket.pipeline.references import address_of, path_of
from basket.selection import Wanted
from mastportal.work import UNFINISHED

NO_FILES = "There is nothing to run the pipeline again on: no file that an association needs was found."
REFERENCES_FETCHED = "The {} calibration reference files that the headers name are under crds_cache."
REFERENCES_NAMED = "The headers name {} calibration reference files, made with the CRDS context {}: see {}."


@dataclass(frozen=True, slots=True)
class Frozen:
    """The list of a bundle, with what its manifest says of it and what is to be kept with it."""

    contents: Contents
    files: list[BundleFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answer: Answer | None = None


def frozen(bundle: Bundle) -> Frozen | None:
    """The files to re-run from the bundle's stage; None while they are still being gathered."""
    own = Contents.from_json(bundle.wanted["contents"])
    row = of_bundle(bundle)
    if row is None or row.phase in UNFINISHED:
        return None
    if row.phase != Phase.COMPLETED or row.answer is None:
        return Frozen(own, notes=[row.error or NO_FILES])
    answer = Answer.from_json(row.answer)
    contents = Contents((*own.lines, *answer.elsewhere), own.singles)
    harvest = harvest_of(contents)
    if harvest.waiting:
        return None
    products = products_of(contents, harvest)
    mask = among(products.table["dataURI"], sorted(answer.uris()))
    files = files_of(bundle, Wanted(products, mask), contents)
    if bundle.with_references:
        files += references_of(bundle, answer.references, len(files))
    return Frozen(contents, files, [*answer.sentences(), *_about_references(bundle, answer)], answer)


def references_of(bundle: Bundle, names: list[str], first: int) -> list[BundleFile]:
    """The calibration reference files as files of a bundle, numbered from `first`."""
    return [
        BundleFile(
            bundle=bundle,
            n=n,
            data_uri=address_of(name),
            product_name=name,
            path=path_of(name),
            description="calibration reference file",
            access=Access.PUBLIC,
            phase=Phase.PENDING,
        )
        for n, name in enumerate(names, first)
    ]


def _about_references(bundle: Bundle, answer: Answer) -> list[str]:
    if not answer.references:
        return []
    if bundle.with_references:
        return [REFERENCES_FETCHED.format(len(answer.references))]
    contexts = ", ".join(answer.contexts) or "of no name"
    return [REFERENCES_NAMED.format(len(answer.references), contexts, PIPELINE)]


def kept(stage: int, answer: Answer) -> dict[str, object]:
    """What PIPELINE.JSON says, as a bundle keeps it."""
    return {
        "from_stage": stage,
        "associations": sorted(each.name for each in answer.files if "association" in each.roles),
        "files": {each.name: list(each.roles) for each in answer.files},
        "missing": [
            {"name": gap.name, "roles": list(gap.roles), "named_by": gap.named_by, "reason": gap.reason}
            for gap in answer.missing
        ],
        "crds_contexts": answer.contexts,
        "references": [f"crds://{name}" for name in answer.references],
    }


def literals(bundle: Bundle) -> dict[str, str]:
    """Texts that lie in the archive beside the manifest, by name; none for a bundle of another kind."""
    told = bundle.wanted.get("pipeline")
    return {PIPELINE: json.dumps(told, indent=2, ensure_ascii=False) + "\n"} if told else {}
