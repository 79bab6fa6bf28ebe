# fish completion for helm

# Asks helm what could stand at the cursor. Fails where fish is to complete files.
function __helm_ask
    set -g __helm_words
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    # The word at the cursor is the last one, also where it is empty.
    set -l answer (HELM_ACTIVE_HELP=0 $typed[1] @REQUEST@ $typed[2..-1] "$current" 2>/dev/null)
    or return 1
    set -l directive (string sub --start 2 -- $answer[-1])
    string match --quiet --regex '^[0-9]+$' -- "$directive"
    or return 1
    set -e answer[-1]

    # Errors, and filters for files and folders, are left to fish.
    if test (math "$directive % 2") -eq 1
        return 1
    end
    if test (math "floor($directive / 8) % 4") -ne 0
        return 1
    end

    # What is completed may be the value behind the = of a flag.
    set -l start ''
    if string match --quiet --regex '^-.*=' -- "$current"
        set start (string replace --regex '=.*$' '=' -- "$current")
    end
    for line in $answer
        test -n "$line"
        and set -a __helm_words "$start$line"
    end

    set -l matching (string match -- "$current*" $__helm_words)
    set -l nospace (math "floor($directive / 2) % 2")
    if test $nospace -eq 1 -a (count $matching) -eq 1
        # fish puts a space behind the only completion, unless it ends like a path or there is another one.
        set -l name (string split --max 1 \t -- $matching[1])[1]
        if not string match --quiet --regex '[@=/:.,]$' -- "$name"
            set -a __helm_words "$name."
        end
    end

    if test (count $matching) -eq 0 -a (math "floor($directive / 4) % 2") -eq 0
        return 1
    end
    return 0
end

complete --command helm --erase
complete --command helm --no-files --condition __helm_ask --arguments '$__helm_words'
