#!/bin/sh
# Compile the message catalogues whose source is newer than what was compiled from it.
set -eu

cd "$(dirname "$0")/.."
venv=${VENV:-.venv}
for source in ipplatform/translations/*/LC_MESSAGES/messages.po; do
    [ -e "$source" ] || continue
    compiled="${source%.po}.mo"
    [ "$compiled" -nt "$source" ] && continue
    "$venv/bin/pybabel" -q compile -i "$source" -o "$compiled"
done
