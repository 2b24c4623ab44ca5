# SPDX-License-Identifier: GPL-2.0-only
# fish completion for wavert

set -l verbs list info play record watch bind unbind doctor compare

function __wavert_cards
    cat /proc/asound/card*/id 2>/dev/null
end

function __wavert_pci
    grep -lE '^0x040[13]' /sys/bus/pci/devices/*/class 2>/dev/null | string split -f 6 /
end

function __wavert_formats
    if __fish_seen_subcommand_from compare
        string split ' ' 'text markdown json html tap'
    else
        string split ' ' 'U8 S16 S20_32 S24_32 S32 FLOAT'
    end
end

complete -c wavert -f
complete -c wavert -n "not __fish_seen_subcommand_from $verbs" -a list -d 'Cards that alsa-wavert drives'
complete -c wavert -n "not __fish_seen_subcommand_from $verbs" -a info -d 'One card in full'
complete -c wavert -n "not __fish_seen_subcommand_from $verbs" -a play -d 'Play a sound file'
complete -c wavert -n "not __fish_seen_subcommand_from $verbs" -a record -d 'Record to a sound file'
complete -c wavert -n "not __fish_seen_subcommand_from $verbs" -a watch -d 'Observe a pin'
complete -c wavert -n "not __fish_seen_subcommand_from $verbs" -a bind -d 'Take a sound controller from its driver'
complete -c wavert -n "not __fish_seen_subcommand_from $verbs" -a unbind -d 'Give it back'
complete -c wavert -n "not __fish_seen_subcommand_from $verbs" -a doctor -d 'What is wrong, and what mends it'
complete -c wavert -n "not __fish_seen_subcommand_from $verbs" -a compare -d 'The same scenarios on several systems'
complete -c wavert -n '__fish_seen_subcommand_from play record doctor compare' -F
complete -c wavert -n '__fish_seen_subcommand_from bind unbind' -a '(__wavert_pci)'

complete -c wavert -s D -l device -x -a '(__wavert_cards)' -d 'The card'
complete -c wavert -s p -l pin -x -d 'The pin'
complete -c wavert -s n -l notifications -x -d 'Notifications a buffer'
complete -c wavert -s b -l buffer-time -x -d 'Length of the buffer, ms'
complete -c wavert -s r -l rate -x -a '44100 48000 96000 192000' -d 'record: sample rate, Hz'
complete -c wavert -s f -l format -x -a '(__wavert_formats)' -d 'record, compare: format'
complete -c wavert -s c -l channels -x -d 'record: channels'
complete -c wavert -s s -l frames -x -d 'record: stop after so many frames'
complete -c wavert -s d -l duration -x -d 'Stop after so many seconds'
complete -c wavert -l count -x -d 'watch: stop after so many notifications'
complete -c wavert -l capture -d 'watch: the capture pin'
complete -c wavert -l until-stop -d 'watch: end when the stream is closed'
complete -c wavert -l live -d 'watch: the table every second'
complete -c wavert -l threshold -x -d 'watch: what is late, us'
complete -c wavert -l expected -r -F -d 'compare: table of expected differences'
complete -c wavert -l core -r -F -d 'compare: core traces LINUX,HOST,NT'
complete -c wavert -l host -r -F -d 'compare: trace of the host build'
complete -c wavert -l run -r -F -d 'compare: scenarios to run here'
complete -c wavert -s o -l output -r -F -d 'compare: file for the report'
complete -c wavert -l json -d 'A JSON document'
complete -c wavert -l dry-run -d 'bind, unbind: only show what would be written'
complete -c wavert -l force -d 'unbind: although programs use the card'
complete -c wavert -s q -l quiet -d 'No report'
complete -c wavert -s h -l help -d 'Print a summary'
complete -c wavert -s V -l version -d 'Print the version'
