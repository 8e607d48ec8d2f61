unset token MAST_API_TOKEN
if [[ -n $new && -e $folder ]]; then
    number=1
    while [[ -e $folder-$number ]]; do ((number += 1)); done
    folder=$folder-$number
fi
parts=./$folder.parts # what has come of files that are not whole yet
mkdir -p -- "$folder" "$parts" || exit 2
if running=$(cat "$parts/running" 2>/dev/null) && [[ $running != "$$" ]] && kill -0 "$running" 2>/dev/null &&
    [[ $(ps -p "$running" -o args= 2>/dev/null) == *"${0##*/}"* ]]; then
    echo "This script is running already (process $running)." >&2
    exit 2
fi
echo "$$" >"$parts/running"
rm -f -- "$parts"/*.failed # of an earlier run, or of another script of the same minute
