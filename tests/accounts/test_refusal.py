"""What a person is told when exclusive data are refused: the PI, the way in MyST, the links."""

from accounts.refusal import GRANTED_IN_MYST, Link, Refusal, refusal


def test_it_names_programme_pi_and_the_way():
    told = refusal("1176", "Windhorst, Rogier A.")
    assert "Programme 1176" in told.sentence
    assert "its PI, Windhorst, Rogier A., can grant" in told.sentence
    assert GRANTED_IN_MYST in told.sentence


def test_the_way_is_the_archives_own():
    for step in ("Registered Users", "Update", "Manage Access to Exclusive Access Science Data"):
        assert step in GRANTED_IN_MYST


def test_without_a_pi():
    for pi in (None, "", "  "):
        assert "its PI can grant" in refusal("1176", pi).sentence


def test_without_a_programme():
    told = refusal(None, "Windhorst, Rogier A.")
    assert told.sentence.startswith("These data are")
    assert "the programme's PI, Windhorst, Rogier A., can grant" in told.sentence


def test_links_come_from_the_settings(settings):
    settings.MAST_ACCOUNT_URL, settings.MAST_TOKEN_URL = "https://a.example/", "https://t.example/"
    settings.SITE_URL = "https://portal.example/"
    urls = [link.url for link in refusal("1", None).links]
    assert urls == ["https://a.example/", "https://t.example/", "https://portal.example/account/#mast-token"]


def test_html_is_escaped():
    html = refusal("<b>1</b>", 'O"Neill & <i>co</i>').as_html()
    assert "<b>" not in html
    assert "&lt;i&gt;co&lt;/i&gt;" in html
    assert html.count("<a href=") == 3


def test_html_escapes_addresses():
    told = Refusal("No.", (Link("x", 'https://a.example/"><script>'),))
    assert "<script>" not in told.as_html()
