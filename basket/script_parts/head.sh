#!/usr/bin/env bash
# Fetches the files of one basket from the archive with curl, and can be started again after a break.
#
#   bash THIS_SCRIPT [TOKEN]
#
# TOKEN (or the variable MAST_API_TOKEN) is needed only where a file is under exclusive access.
# shellcheck disable=SC2016  # names of files are data: nothing in them is to be expanded
set -u
if ((BASH_VERSINFO[0] < 4)); then
    echo 'This script needs bash 4 or newer.' >&2
    exit 2
fi
if ! command -v curl >/dev/null; then
    echo 'This script needs curl, which is not installed here.' >&2
    exit 2
fi
