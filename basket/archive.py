"""A bundle as a plan: the byte layout of its zip or tar, any range of it. No Django, nothing staged."""

from basket.archive_tar import plan_tar
from basket.archive_zip import plan_zip
from basket.layout import Layout, MemberChanged, ReadFile
from basket.layout_builder import Entry
from basket.member_names import safe_path, safe_paths

__all__ = ["Entry", "Layout", "MemberChanged", "ReadFile", "plan_tar", "plan_zip", "safe_path", "safe_paths"]
