# SPDX-License-Identifier: GPL-2.0-only
# fish completion for wavert

function __wavert_cards
    cat /proc/asound/card*/id 2>/dev/null
end

function __wavert_pci
    grep -lE '^0x040[13]' /sys/bus/pci/devices/*/class 2>/dev/null | string split -f 6 /
end

# The first word is one of these verbs.
function __wavert_verb
    set -l words (commandline -opc)
    test (count $words) -ge 2; and contains -- $words[2] $argv
end

function __wavert_no_verb
    test (count (commandline -opc)) -lt 2
end

# An option of these verbs, the rest as for complete.
function __wavert_option -a verbs
    complete -c wavert -n "__wavert_verb $verbs" $argv[2..]
end

complete -c wavert -f
complete -c wavert -n __wavert_no_verb -a list -d 'Cards that alsa-wavert drives'
complete -c wavert -n __wavert_no_verb -a info -d 'One card in full'
complete -c wavert -n __wavert_no_verb -a play -d 'Play a sound file'
complete -c wavert -n __wavert_no_verb -a record -d 'Record to a sound file'
complete -c wavert -n __wavert_no_verb -a watch -d 'Observe a pin'
complete -c wavert -n __wavert_no_verb -a attach -d 'Observe the card of another driver'
complete -c wavert -n __wavert_no_verb -a detach -d 'Undo attach'
complete -c wavert -n __wavert_no_verb -a bind -d 'Take a sound controller from its driver'
complete -c wavert -n __wavert_no_verb -a unbind -d 'Give it back'
complete -c wavert -n __wavert_no_verb -a doctor -d 'What is wrong, and what fixes it'
complete -c wavert -n __wavert_no_verb -a compare -d 'The same scenarios on several systems'
complete -c wavert -n __wavert_no_verb -a silicon-report -d 'Measure a controller'
complete -c wavert -n __wavert_no_verb -a help -d 'The help of a verb'
complete -c wavert -s h -l help -d 'Print the help'
complete -c wavert -s V -l version -d 'Print the version'

__wavert_option help -a 'list info play record watch attach detach bind unbind doctor compare silicon-report'
__wavert_option 'play record doctor compare silicon-report' -F
__wavert_option 'bind unbind' -a '(__wavert_pci)'
__wavert_option 'attach detach' -a '(__wavert_cards)'
__wavert_option 'attach detach' -l all -d 'Every such card'
__wavert_option 'info play record watch compare silicon-report' -s D -l device -x -a '(__wavert_cards)' -d 'The card'
__wavert_option 'info play record watch' -s p -l pin -x -d 'The pin'
__wavert_option 'play record' -s n -l notifications -x -d 'Notifications a buffer'
__wavert_option 'play record' -s b -l buffer-time -x -d 'Length of the buffer, ms'
__wavert_option record -s r -l rate -x -a '44100 48000 96000 192000' -d 'Sample rate, Hz'
__wavert_option record -s f -l format -x -a 'U8 S16 S20_32 S24_3 S24_32 S32 FLOAT' -d Format
__wavert_option record -s c -l channels -x -d Channels
__wavert_option record -s s -l frames -x -d 'Stop after so many frames'
__wavert_option 'record watch silicon-report' -s d -l duration -x -d 'Stop after so many seconds'
__wavert_option watch -l count -x -d 'Stop after so many notifications'
__wavert_option watch -l capture -d 'The capture pin'
__wavert_option watch -l until-stop -d 'End when the stream is closed'
__wavert_option watch -l live -d 'The table every second'
__wavert_option watch -l threshold -x -d 'What is late, us'
__wavert_option compare -s f -l format -x -a 'text markdown json html tap' -d Format
__wavert_option compare -l expected -r -F -d 'Table of expected differences'
__wavert_option compare -l core -r -F -d 'Core traces LINUX,HOST,NT'
__wavert_option compare -l host -r -F -d 'Trace of the host build'
__wavert_option compare -l run -r -F -d 'Scenarios to run here'
__wavert_option compare -s o -l output -r -F -d 'File for the report'
__wavert_option compare -l title -x -d 'Title of the page'
__wavert_option 'list info watch doctor compare silicon-report' -l json -d 'A JSON document'
__wavert_option doctor -l fix -d 'Load snd-hwdep and snd-wavert'
__wavert_option 'bind unbind' -l dry-run -d 'Only show what would be written'
__wavert_option bind -l out -x -a 'headphone line-out speaker spdif' -d 'Pin to play through'
__wavert_option bind -l in -x -a 'mic line internal aux' -d 'Pin to record from'
__wavert_option unbind -l force -d 'Although programs use the card'
__wavert_option 'play record watch attach detach bind unbind' -s q -l quiet -d 'No report'
