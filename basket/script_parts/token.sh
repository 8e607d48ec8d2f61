# Some files are under exclusive access. The token is handed to curl through a pipe, so other users never see it.
token=${1:-${MAST_API_TOKEN:-}}
if [[ -z $token ]]; then
    echo 'Some of these files need a MAST token (https://auth.mast.stsci.edu/tokens).'
    read -r -s -p 'MAST token, or Enter to go on without one: ' token
    echo
fi
