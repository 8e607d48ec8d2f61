
wait
rm -f -- "$parts/running"
shopt -s nullglob
failed=("$parts"/*.failed)
if ((${#failed[@]})); then
    printf '\n%d of %d files could not be fetched:\n' "${#failed[@]}" "$total"
    cat -- "${failed[@]}" | sed 's/^/  /'
    echo 'Start the script again to try these once more.'
    exit 1
fi
rmdir -- "$parts"
printf '\nAll %d files are in %s\n' "$total" "$folder"
