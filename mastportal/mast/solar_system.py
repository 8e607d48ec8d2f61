"""Names of bodies that move, which no resolver places, and how targets named after them are found."""

import re

_BODIES = frozenset(
    """sun mercury venus earth moon luna mars phobos deimos jupiter io europa ganymede callisto
    amalthea thebe himalia saturn mimas enceladus tethys dione rhea titan hyperion iapetus phoebe
    janus epimetheus uranus miranda ariel umbriel titania oberon puck neptune triton nereid proteus
    pluto charon nix hydra styx kerberos ceres pallas juno vesta hygiea psyche eros bennu ryugu
    itokawa apophis phaethon didymos dimorphos eris dysnomia haumea hiiaka makemake sedna quaoar
    weywot orcus vanth gonggong varuna ixion chariklo chiron echeclus arrokoth hektor patroclus
    eurybates polymele leucus orus donaldjohanson halley hale-bopp borisov oumuamua atlas""".split()  # noqa: SIM905
)
_COMET = re.compile(r"^(?:comet[ -]?)?(?:\d{1,3}[pdi]\b|[cpdxai]/\s?-?\d{1,4})", re.I)
_PROVISIONAL = re.compile(r"^(?:18|19|20)\d\d[ -][a-z]{2}\d{0,3}$", re.I)
_NUMBERED = re.compile(r"^\(?\d{1,6}\)?[ -]([a-z'-]+)$", re.I)


def is_moving_body(name: str) -> bool:
    """Whether the name is a planet's, moon's, asteroid's or comet's, as far as a short list can know."""
    plain = name.strip().casefold()
    numbered = _NUMBERED.match(plain)
    if (numbered[1] if numbered else plain) in _BODIES:
        return True
    return bool(_COMET.match(plain) or _PROVISIONAL.match(plain))


def target_name_question(name: str) -> dict[str, object]:
    """The search for observations whose target is named after the body: "67P/C-G" as *67p*c*g*."""
    words = [word for word in re.split(r"[^0-9a-z]+", name.casefold()) if word]
    return {"collection": "observations", "criteria": {"target_name": ["*" + "*".join(words) + "*"]}}
