"""What the tests of faults went through, counted by way out and fault, at the end of a run."""

from collections import Counter

from _pytest.terminal import TerminalReporter

PROPERTY = "faults"


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """A line for each way out with its faults, then the rest; reports come from all processes."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        for name, told in report.user_properties:
            if name == PROPERTY:
                counts.update(told)
    if not counts:
        return
    terminalreporter.section(f"faults: {counts.total()} passed")
    ways = dict.fromkeys(name.partition(" × ")[0] for name in counts if " × " in name)
    for way in ways:
        told = [
            f"{name.partition(' × ')[2]} {n}" for name, n in counts.items() if name.startswith(f"{way} × ")
        ]
        terminalreporter.write_line(f"{way}: {', '.join(told)}")
    for name, count in counts.items():
        if " × " not in name:
            terminalreporter.write_line(f"{name}: {count}")
