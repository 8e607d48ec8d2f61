
if ((${#failed[@]})); then
    printf '\n%d of %d files could not be fetched:\n' "${#failed[@]}" "$total"
    printf '  %s\n' "${failed[@]}"
    echo 'Start the script again and answer C to try these once more.'
    exit 1
fi
printf '\nAll %d files are in %s\n' "$total" "$folder"
