pause_s=${RETRY_PAUSE_S:-3} stall_s=${STALL_S:-60} tries=4
patience_s=${PATIENCE_S:-1800} # for a file that a server asks to be asked for again later
count=0

size_of() { [[ ! -e $1 ]] || wc -c <"$1" 2>/dev/null | tr -d ' '; }

header_of() { # name in small letters, file of headers: its value in the last answer
    tr -d '\r' <"$2" 2>/dev/null | awk -v name="$1" '
        /^HTTP\// { value = "" }
        tolower(substr($0, 1, length(name) + 1)) == name ":" { value = substr($0, length(name) + 2) }
        END { sub(/^[ \t]+/, "", value); print value }'
}

status_of() { awk '/^HTTP\// { status = $2 } END { print status + 0 }' "$1" 2>/dev/null; }

mark_of() { # file of headers: what tells this version of the file from any other, as If-Range takes it
    local mark
    mark=$(header_of etag "$1")
    if [[ -z $mark || $mark == W/* ]]; then mark=$(header_of last-modified "$1"); fi
    printf '%s' "$mark"
}

sum_of() { # kind, file; nothing where no program here can tell
    case $1 in
        sha256) { sha256sum <"$2" || shasum -a 256 <"$2"; } 2>/dev/null ;;
        md5) { md5sum <"$2" || md5 -q <"$2"; } 2>/dev/null ;;
    esac | awk '{ print $1 }'
}

is_right() { # file, size or -, checksum or -; what is wrong is left in `why`
    local found
    found=$(size_of "$1")
    if [[ $2 != - && $found != "$2" ]]; then
        why="it has $found bytes instead of $2; the archive may have a newer version: make a new script"
        return 1
    fi
    [[ $3 == - ]] && return
    found=$(sum_of "${3%%:*}" "$1")
    [[ -z $found || $found == "${3#*:}" ]] && return
    why="its ${3%%:*} checksum is not the one known; the archive may have a newer version: make a new script"
    return 1
}

address() { # door, address at the archive
    if [[ $source == portal && $1 != partner ]]; then
        printf '%s/api/v1/products/download?uri=%s' "$portal" "${2##*&uri=}"
    else
        printf '%s' "$2"
    fi
}

# One go at one file. What came before is gone on with only if the server says that it is of the same version:
# asked by If-Range, and looked at again in the answer.
ask() { # door, part, address
    local mark='' code=0 had
    local options=(--globoff --location --silent --show-error --proto "$protocols" --proto-redir "$protocols"
        --connect-timeout 30 --speed-limit 256 --speed-time "$stall_s" --output "$2")
    if [[ $1 != partner && $source == portal ]]; then options+=(--header "@$private/portal"); fi
    if [[ $1 == exclusive && -e $private/archive ]]; then options+=(--header "@$private/archive"); fi
    if [[ -s $2 ]]; then mark=$(mark_of "$2.head"); fi
    if [[ -n $mark ]]; then
        answer=$2.again
        options+=(--continue-at - --header "If-Range: $mark")
    else
        answer=$2.head
        rm -f -- "$2"
    fi
    : >"$answer"
    had=$(size_of "$2")
    curl "${options[@]}" --dump-header "$answer" "$(address "$1" "$3")" 2>"$2.said" &
    curl=$!
    trap 'kill "$curl" 2>/dev/null; exit 143' TERM # else curl would outlive the script
    wait "$curl" || code=$?
    # The body of an error is no part of the file. (--fail would see to that, but an old one keeps no headers then.)
    if (($(status_of "$answer") >= 400)); then
        if [[ $(size_of "$2") != "$had" ]]; then rm -f -- "$2"; fi
        if ((code == 0 || code == 33)); then code=22; fi
    fi
    if [[ -n $mark && $(status_of "$answer") == 206 && $(mark_of "$answer") != "$mark" ]]; then code=33; fi
    return "$code"
}

put_off() { # code of curl, status, file of headers: in how many seconds the server wants to be asked again
    local after
    after=$(header_of retry-after "$3")
    if [[ $after =~ ^[1-9][0-9]{0,4}$ ]]; then
        printf '%d' "$((after < 60 ? after : 60))"
    elif (($1 == 28 && $2 == 0)) && [[ $source == portal && $why == *'too slow'* ]]; then
        printf 1 # the portal gets the file meanwhile, and sends nothing before it has it
    else
        return 1
    fi
}

go_on_until_right() { # door, size, checksum, path, part, address; why it did not come is left in `why`
    local code go status after begun=$SECONDS answer=$5.head curl=''
    for ((go = 1; go <= tries; go++)); do
        kill -0 "$$" 2>/dev/null || exit 1 # the script itself was killed
        ((go > 1)) && sleep "$((pause_s * (go - 1)))"
        code=0 why=''
        if [[ ! -e $5 || $2 == - || $(size_of "$5") != "$2" ]]; then ask "$1" "$5" "$6" || code=$?; fi
        status=$(status_of "$answer")
        if ((code == 0)); then
            if [[ $(header_of content-type "$answer") == text/html* && $4 != *.htm* ]]; then
                why='a web page came instead of the file'
            elif [[ ! -e $5 ]] && ((status < 300)); then
                : >"$5" # an empty file
            fi
            [[ -z $why ]] && is_right "$5" "$2" "$3" && return
            rm -f -- "$5"
        elif ((code == 22)) && [[ $status == 401 || $status == 403 ]]; then
            why="the server refused it ($status): it needs a token that is authorised for it"
            return 1
        elif ((code == 22 && status == 502)) && [[ $source == portal && $1 == exclusive ]]; then
            why='the archive refused it: your account at the portal needs a MAST token that is authorised for it'
            return 1
        elif ((code == 22)) && [[ $status == 4* && $status != 408 && $status != 416 && $status != 429 ]]; then
            why="the server does not have it ($status)"
            return 1
        else
            why=$(tail -n 1 "$5.said")
            if ((code == 22)); then why="the server answered $status"; fi
            if ((code == 33 || code == 36 || code == 22 && status == 416)); then rm -f -- "$5"; fi
            if [[ ! -e $private/away ]] && after=$(put_off "$code" "$status" "$answer"); then
                if ((SECONDS - begun + after <= patience_s)); then
                    sleep "$after"
                    ((go -= 1))
                else
                    : >"$private/away" # no other file waits so long before one has come
                fi
            fi
        fi
    done
    return 1
}

get() { # number, door, size, checksum, path, dataURI, address
    local target=./$folder/$5 part=$parts/$1 why=''
    rm -f -- "$part.failed"
    if go_on_until_right "$2" "$3" "$4" "$5" "$part" "$7" &&
        mkdir -p -- "${target%/*}" && mv -f -- "$part" "$target"; then
        rm -f -- "$part".* "$private/away"
        printf '%d of %d: %s\n' "$1" "$total" "$target"
    else
        printf '%q: %s\n' "$6" "${why:-it could not be written}" >"$part.failed"
        printf '%d of %d: NOT FETCHED: %q: %s\n' "$1" "$total" "$6" "${why:-it could not be written}"
    fi
}

fetch() { # door, size or -, checksum or -, path in the folder, dataURI, address
    ((count += 1))
    # A file gets its name only once it is whole and verified.
    if [[ -f ./$folder/$4 && ($2 == - || $(size_of "./$folder/$4") == "$2") ]]; then
        rm -f -- "$parts/$count" "$parts/$count".*
        printf '%d of %d: here already: %s\n' "$count" "$total" "./$folder/$4"
        return
    fi
    while mapfile -t busy < <(jobs -rp) && ((${#busy[@]} >= jobs)); do wait -n 2>/dev/null || sleep 0.1; done
    get "$count" "$@" &
}

