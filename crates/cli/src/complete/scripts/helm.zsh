#compdef helm
compdef _helm helm

# zsh completion for helm

_helm() {
    local answer line name directive
    local -a typed completions options patterns

    # The words up to the cursor, without their quoting.
    typed=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
    answer=$("${(Q)words[1]/#\~/$HOME}" @REQUEST@ "${typed[@]}" 2>/dev/null) || return 1
    directive=${answer##*:}
    answer=${answer%:*}
    [[ $directive == <-> ]] || directive=0
    (( directive & 1 )) && return 1

    for line in "${(@f)answer}"; do
        [[ -z $line ]] && continue
        if [[ $line == "_activeHelp_ "* ]]; then
            compadd -x "${line#_activeHelp_ }"
            continue
        fi
        name=${line%%$'\t'*}
        if (( directive & 8 )); then
            patterns+=("*.${name#.}")
            continue
        fi
        if (( directive & 16 )); then
            patterns+=("$name")
            continue
        fi
        # A colon ends the name for _describe.
        name=${name//:/\\:}
        [[ $line == *$'\t'* ]] && name+=":${line#*$'\t'}"
        completions+=("$name")
    done

    # What is completed is the value behind the = of a flag.
    [[ $PREFIX == -*=* ]] && compset -P '*='

    if (( directive & 8 )); then
        _files -g "(${(j:|:)patterns})"
        return
    fi
    if (( directive & 16 )); then
        _files -/ ${patterns:+-W} ${patterns:+$patterns[1]}
        return
    fi
    (( directive & 2 )) && options+=(-S '')
    if (( directive & 32 )); then
        _describe -V -t helm helm completions "${options[@]}" && return 0
    else
        _describe -t helm helm completions "${options[@]}" && return 0
    fi
    (( directive & 4 )) && return 1
    _files
}

# When this file is loaded by its first use, that use is to be served.
if [ "$funcstack[1]" = "_helm" ]; then
    _helm
fi
