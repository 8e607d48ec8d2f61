"""`manage files verify|prune|adopt|usage`: looks after the store; each prints what it does, line by line."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.management.naming import credential_of
from accounts.models import ResearchGroup
from mastportal.files import adopting, pruning, usage, verifying
from mastportal.files.adopting import Manner
from mastportal.files.versions import Told
from mastportal.files.walking import shown
from mastportal.search.keyword_facts import facts_of
from mastportal.search.named import by_names

EVERY = 1000
UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


class Command(BaseCommand):
    help = "Look after the file store."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="what", required=True)
        verify = kinds.add_parser("verify", help="hash files again, those not looked at for longest first")
        verify.add_argument("--bytes", type=int, metavar="N", help="stop after about so many bytes")
        verify.add_argument("--hours", type=float, metavar="H", help="stop after so long")
        prune = kinds.add_parser("prune", help="remove leftovers and what is over a quota, now")
        prune.add_argument("--unused-for", type=float, metavar="DAYS", help="also what nobody used so long")
        prune.add_argument("--dry-run", action="store_true", help="only list what would go")
        adopt = kinds.add_parser("adopt", help="take in the files of a folder that are what the archive has")
        adopt.add_argument("folder", type=Path)
        adopt.add_argument("--link", action="store_true", help="leave them where they are")
        adopt.add_argument("--group", metavar="NAME", help="whose share of the store they take")
        adopt.add_argument("--token-of", metavar="USER", help="whose token may open exclusive files")
        shares = kinds.add_parser("usage", help="what fills the store, and how much room there is")
        shares.add_argument("--json", action="store_true")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        getattr(self, f"_{what}")(**options)

    def _verify(self, bytes: int | None, hours: float | None, **_: Any) -> None:
        counts: Counter[str] = Counter()
        most_s = None if hours is None else hours * 3600
        for checked in verifying.verify(bytes, most_s):
            counts[checked.outcome.value] += 1
            if checked.why:
                self.stdout.write(f"{checked.file.name}: {checked.outcome.value}. {checked.why}")
            self._progress(counts)
        self._sum(counts, "Nothing to look at.")
        if set(counts) - {verifying.Outcome.SOUND.value, verifying.Outcome.LEFT_ASIDE.value}:
            raise CommandError("Not all files were sound.")

    def _prune(self, unused_for: float | None, dry_run: bool, **_: Any) -> None:
        since = None if unused_for is None else timedelta(days=unused_for)
        files = total = 0
        for file in (pruning.candidates if dry_run else pruning.prune)(since):
            files, total = files + 1, total + (file.size_bytes or 0)
            self.stdout.write(f"{file} · {_size(file.size_bytes or 0)} · used {file.last_used_at:%Y-%m-%d}")
        verb = "would go" if dry_run else "are gone"
        self.stdout.write(f"{files} files with {_size(total)} {verb}.")

    def _adopt(self, folder: Path, link: bool, group: str | None, token_of: str | None, **_: Any) -> None:
        manner = Manner(link, credential_of(token_of) if token_of else None, _group_of(group))
        counts: Counter[str] = Counter()
        try:
            for each in adopting.adopt(folder, by_names, _told_of, manner):
                counts[each.outcome.value] += 1
                if each.why:
                    self.stdout.write(f"{shown(each.path)}: {each.outcome.value}, {each.why}.")
                self._progress(counts)
        except ValueError as error:
            raise CommandError(str(error)) from None
        self._sum(counts, "There is no file in that folder.")

    def _usage(self, json: bool, **_: Any) -> None:
        told = usage.usage()
        if json:
            self.stdout.write(_as_json(told))
            return
        for title, shares in (
            ("group", told.groups),
            ("programme", told.programmes),
            ("from", told.origins),
        ):
            self.stdout.write(f"{title:30} {'files':>9} {'size':>10}")
            for share in shares:
                self.stdout.write(f"{share.name[:30]:30} {share.files:9} {_size(share.bytes):>10}")
            self.stdout.write("")
        bound = _size(told.quota_bytes) if told.quota_bytes else "what the disk holds"
        self.stdout.write(f"{_size(told.used_bytes)} used of {bound}; {_size(told.free_bytes)} free on disk;")
        self.stdout.write(f"{_size(told.removable_bytes)} that nobody needs; {told.quarantined} set aside.")

    def _progress(self, counts: Counter[str]) -> None:
        if counts.total() % EVERY == 0:
            self._sum(counts, "")

    def _sum(self, counts: Counter[str], nothing: str) -> None:
        self.stdout.write("; ".join(f"{count} {what}" for what, count in counts.items()) or nothing)


def _as_json(told: usage.Usage) -> str:
    return json.dumps(asdict(told), indent=2)


def _size(count: int) -> str:
    return next((f"{count / unit:.1f} {name}" for unit, name in UNITS if count >= unit), f"{count} B")


def _told_of(uris: Sequence[str]) -> dict[str, Told]:
    return {uri: Told(**facts) for uri, facts in facts_of(uris).items()}


def _group_of(name: str | None) -> int | None:
    if name is None:
        return None
    group = ResearchGroup.objects.filter(name=name).first()
    if group is None:
        raise CommandError(f"There is no research group {name}.")
    return group.pk
