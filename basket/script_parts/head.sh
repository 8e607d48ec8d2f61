#!/usr/bin/env bash
# Fetches the files of one basket with curl, and goes on where it was broken off when it is started again.
#
#   bash THIS_SCRIPT [--from archive|portal] [--jobs N] [--new] [TOKEN]
#
# `--help` says more. Works with bash 4 and curl 7.58, the first that does not hand an Authorization header on to
# another host after a redirect. Used of curl: --header @file (7.55), --proto and --proto-redir (7.20.2); the
# other options are older. Not used: --fail (keeps the headers of an error since 7.75 only), --fail-with-body (7.76),
# --retry-all-errors (7.71), --parallel (7.66).
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
