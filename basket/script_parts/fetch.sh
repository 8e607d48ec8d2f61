count=0
failed=()

size_of() { wc -c <"$1" 2>/dev/null | tr -d ' '; }

is_whole() { [[ -e $1 && ($2 == - || $(size_of "$1") == "$2") ]]; } # file, size or -

download() { # door, destination, address
    local options=(--globoff --location -f --progress-bar --create-dirs --proto "$protocols" -C -)
    if [[ $1 == exclusive && -n $token ]]; then
        curl "${options[@]}" --header @<(printf 'Authorization: token %s\n' "$token") --output "$2" "$3"
    else
        curl "${options[@]}" --output "$2" "$3"
    fi
}

fetch() { # door, size or -, path in the folder, dataURI, address
    local target=./$folder/$3 part=./$folder/$3.part code=0
    ((count += 1))
    printf '\n<<< %d of %d: %s\n    to: %s\n' "$count" "$total" "$4" "$target"
    if is_whole "$target" "$2"; then
        echo '    here already'
        return
    fi
    download "$1" "$part" "$5" || code=$?
    # What cannot be gone on with, or came out at another size, was left by another version: begin again once.
    if [[ -e $part ]] && { ((code == 22 || code == 33 || code == 36)) || { ((code == 0)) && ! is_whole "$part" "$2"; }; }; then
        rm -f -- "$part"
        code=0
        download "$1" "$part" "$5" || code=$?
    fi
    if ((code == 0)) && is_whole "$part" "$2"; then
        mv -f -- "$part" "$target"
    else
        failed+=("$4")
        echo '    NOT FETCHED'
    fi
}

