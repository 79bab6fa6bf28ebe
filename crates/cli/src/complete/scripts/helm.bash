# bash completion for helm

# Puts the words up to the cursor into `words`, put together again where bash has cut them at = and :.
__helm_words() {
    local rest=${COMP_LINE:0:COMP_POINT} index word gap
    words=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        gap=${rest%%[![:space:]]*}
        rest=${rest#"$gap"}
        # The last word ends at the cursor.
        ((index == COMP_CWORD)) && word=$rest
        if ((index == 0)) || [[ -n $gap ]]; then
            words+=("$word")
        else
            words[${#words[@]} - 1]+=$word
        fi
        rest=${rest#"$word"}
    done
}

__helm_option() {
    [[ $(type -t compopt) == builtin ]] && compopt "$@" 2>/dev/null
}

# Shows advice that is not a completion, and the prompt with the line again.
__helm_advise() {
    local prompt
    printf '\n' >&2
    printf '%s\n' "$@" >&2
    # shellcheck disable=SC2298
    if (prompt=${PS1@P}) 2>/dev/null; then
        printf '%s%s' "${PS1@P}" "$COMP_LINE" >&2
    fi
}

__start_helm() {
    local words word program answer directive line value start kept extension
    local -a names=() texts=() advice=() rest=()
    local longest=0 index
    COMPREPLY=()
    __helm_words

    for word in "${words[@]:1}"; do
        # The words as typed, without the quoting of spaces.
        word=${word//\\/}
        word=${word#[\"\']}
        rest+=("${word%[\"\']}")
    done
    program=${words[0]/#\~/$HOME}
    answer=$("$program" @REQUEST@ "${rest[@]}" 2>/dev/null) || return
    directive=${answer##*:}
    answer=${answer%:*}
    [[ $directive =~ ^[0-9]+$ ]] || directive=0
    ((directive & 1)) && return

    # The value is what follows the = of a flag; bash wants only what follows the last = or : of it.
    value=${rest[${#rest[@]} - 1]}
    start=
    if [[ $value == -*=* ]]; then
        start=${value%%=*}=
        value=${value#*=}
    fi
    kept=$start$value
    kept=${kept%"${kept##*[=:]}"}
    [[ $COMP_WORDBREAKS == *:* && $COMP_WORDBREAKS == *=* ]] || kept=

    while IFS= read -r line; do
        if [[ $line == "_activeHelp_ "* ]]; then
            advice+=("${line#_activeHelp_ }")
        elif [[ -n $line ]]; then
            word=${line%%$'\t'*}
            if ((directive & 8)); then
                extension=${word#.}
                while IFS= read -r word; do
                    names+=("$word")
                    texts+=("")
                done < <(compgen -f -X "!*.$extension" -- "$value")
            elif ((directive & 16)) || [[ $word == "$value"* ]]; then
                names+=("$word")
                texts+=("${line:${#word}+1}")
            fi
        fi
    done <<<"$answer"

    if ((directive & 16)); then
        # Folders, below the one that was named.
        local folder=${names[0]:+${names[0]%/}/}
        names=()
        texts=()
        while IFS= read -r word; do
            names+=("${word#"$folder"}")
            texts+=("")
        done < <(compgen -d -- "$folder$value")
    elif ((directive & 8)); then
        while IFS= read -r word; do
            names+=("$word")
            texts+=("")
        done < <(compgen -d -- "$value")
    fi

    ((directive & 2)) && __helm_option -o nospace
    ((directive & 4)) && __helm_option +o default
    ((directive & 32)) && __helm_option -o nosort
    ((directive & 24)) && __helm_option -o filenames

    if ((${#names[@]} == 0)); then
        ((${#advice[@]})) && __helm_advise "${advice[@]}"
        return
    fi
    for word in "${names[@]}"; do
        ((${#word} > longest)) && longest=${#word}
    done
    for ((index = 0; index < ${#names[@]}; index++)); do
        word=$start${names[index]}
        word=${word#"$kept"}
        # Where several are listed, not walked through, their descriptions stand beside them.
        if ((${#names[@]} > 1 && COMP_TYPE != 37 && COMP_TYPE != 42)) && [[ -n ${texts[index]} ]]; then
            printf -v word '%-*s  (%s)' "$longest" "$word" "${texts[index]}"
            word=${word:0:${COLUMNS:-80} - 1}
        elif ((${#names[@]} == 1)); then
            printf -v word '%q' "$word"
        fi
        COMPREPLY+=("$word")
    done
}

if [[ $(type -t compopt) == builtin ]]; then
    complete -o default -F __start_helm helm
else
    complete -o default -o nospace -F __start_helm helm
fi
