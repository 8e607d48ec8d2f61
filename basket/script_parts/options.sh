usage() {
    cat <<USAGE
Usage: bash $0 [--from archive|portal] [--jobs N] [--new] [--key-file FILE] [TOKEN]

Fetches $total files into ./$folder. Started again, it goes on: files that are whole are not fetched again.

  --from archive   straight from $archive; TOKEN, or the variable MAST_API_TOKEN, is asked for only
                   where a file is under exclusive access
  --from portal    from your group's portal at $portal, with an API key from the variable
                   MASTPORTAL_KEY, from --key-file, or asked for; the default is $source
  --jobs N         N files at once (default 1)
  --new            into a new folder, if ./$folder is here already
  --key-file FILE  a file that holds the portal's API key

Ends with 0 when all files are here and verified, 1 when some are not, 2 when it could not begin.
USAGE
}

jobs=1 new='' key_file='' token=''
while (($#)); do
    case $1 in
        --from) source=${2:-} && shift ;;
        --from=*) source=${1#*=} ;;
        --jobs) jobs=${2:-} && shift ;;
        --jobs=*) jobs=${1#*=} ;;
        --key-file) key_file=${2:-} && shift ;;
        --key-file=*) key_file=${1#*=} ;;
        --new) new=1 ;;
        -h | --help) usage && exit 0 ;;
        -*) echo "There is no option $1; --help lists them." >&2 && exit 2 ;;
        *) token=$1 ;;
    esac
    (($#)) && shift
done
if [[ $source != archive && $source != portal ]]; then
    echo 'Files come --from archive or --from portal.' >&2
    exit 2
fi
if ! [[ $jobs =~ ^[1-9][0-9]?$ ]]; then
    echo 'Say how many files at once: --jobs 1 to 99.' >&2
    exit 2
fi

# What is secret goes to curl in files that only you can read; they are gone when this script ends.
private=$(umask 077 && mktemp -d) || exit 2
tidy() {
    local pid
    for pid in $(jobs -p); do kill "$pid" 2>/dev/null; done
    rm -rf -- "$private"
}
trap tidy EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

keep_secret() { # name, kind of token, the token
    if [[ $3 =~ [^[:graph:]] ]]; then
        echo 'That is no token: it has blanks or control characters.' >&2
        exit 2
    fi
    (umask 077 && printf 'Authorization: %s %s\n' "$2" "$3" >"$private/$1")
}

if [[ $source == portal ]]; then
    key=${MASTPORTAL_KEY:-}
    if [[ -z $key && -n $key_file ]]; then
        key=$(<"$key_file") || exit 2
    elif [[ -z $key ]]; then
        read -r -s -p "API key of $portal: " key
        echo
    fi
    if [[ -z $key ]]; then
        echo 'The portal gives files only with an API key; your account page there makes one.' >&2
        exit 2
    fi
    keep_secret portal Token "$key"
    unset key MASTPORTAL_KEY
fi
