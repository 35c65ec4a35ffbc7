#!/bin/sh
# Ends groups of processes once standard input does, which tells the id of each leader in a line: so whatever becomes of the parent, nothing is left running.
leaders=
while read -r leader; do leaders="$leaders $leader"; done
# Whether anybody got it.
signal() {
  got=1
  for leader in $leaders; do kill -s "$1" -- "-$leader" 2>/dev/null && got=0; done
  return "$got"
}
signal TERM
# Long enough to answer what is under way.
left=50
while [ "$left" -gt 0 ] && signal 0; do
  sleep 0.1
  left=$((left - 1))
done
signal KILL
exit 0
