[[ -n $token ]] && echo 'None of these files needs a token; yours is not used.'
