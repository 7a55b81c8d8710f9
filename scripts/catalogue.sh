#!/bin/sh
# Collect every text people see and bring the Chinese catalogue up to date with it; then translate what is new.
set -eu

cd "$(dirname "$0")/.."
PATH="$(pwd)/${VENV:-.venv}/bin:$PATH"
template=$(mktemp)
trap 'rm -f "$template"' EXIT
pybabel -q extract -F babel.cfg -k _l --no-location --sort-output --project=ipplatform -o "$template" .
po=ipplatform/translations/zh/LC_MESSAGES/messages.po
if [ -e "$po" ]; then
    pybabel -q update --ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date -l zh -i "$template" -o "$po"
else
    mkdir -p "$(dirname "$po")"
    pybabel -q init -l zh -i "$template" -o "$po"
fi
