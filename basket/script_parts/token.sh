# Some files are under exclusive access.
if [[ $source == archive ]]; then
    token=${token:-${MAST_API_TOKEN:-}}
    if [[ -z $token ]]; then
        echo 'Some of these files need a MAST token (https://auth.mast.stsci.edu/tokens).'
        read -r -s -p 'MAST token, or Enter to go on without one: ' token
        echo
    fi
    [[ -n $token ]] && keep_secret archive token "$token"
fi
