"""What `./run check` makes of the advisories for the locked packages."""

from mastportal.embedded.checks import audited

SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
UNKNOWN = {"name": "amqp", "skip_reason": "Dependency not found"}
FAULTY = {"name": "old", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2", "3"]}]}
HOPELESS = {"name": "older", "version": "0", "vulns": [{"id": "CVE-2", "fix_versions": []}]}


def test_a_registry_without_advisories_is_no_failure() -> None:
    assert audited([UNKNOWN]) == ("not done: the registry that is asked has no advisories", False)


def test_known_packages_without_faults_pass() -> None:
    assert audited([SOUND, UNKNOWN]) == ("ok (1 of 2 packages known)", False)


def test_faults_are_named_with_what_mends_them() -> None:
    verdict, is_failure = audited([SOUND, FAULTY, HOPELESS])
    assert is_failure
    assert "old 1: CVE-1, mended in 2, 3" in verdict
    assert "older 0: CVE-2, mended in no version yet" in verdict
