if [[ -e $folder ]]; then
    answer=N
    read -r -n 1 -p "$folder is here already: [C]ontinue in it, or make a [N]ew folder? [N] " answer || true
    echo
    if [[ $answer != [Cc] ]]; then
        number=1
        while [[ -e $folder-$number ]]; do ((number += 1)); done
        folder=$folder-$number
    fi
fi
mkdir -p -- "$folder" || exit 1
