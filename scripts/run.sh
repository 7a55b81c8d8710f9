#!/bin/sh
# Install what is missing, set up, load the demo data once, and start web, worker and sequencer until ctrl-C.
set -eu

cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}
PORT=${PORT:-8000}
DATA_DIR=${DATA_DIR:-var}
# honcho gives each process a PORT of its own; all of them must name the same address in mails and in the log's policy.
BASE_URL=${BASE_URL:-http://localhost:$PORT}
export VENV PORT DATA_DIR BASE_URL
[ -n "${DATABASE_URL:-}" ] && export DATABASE_URL

sh scripts/venv.sh requirements.txt
PATH="$(pwd)/$VENV/bin:$PATH"
export PATH PYTHONUNBUFFERED=1
sh scripts/translations.sh

if ! python scripts/port_free.py "${HOST:-127.0.0.1}" "$PORT"; then
    echo "Port $PORT is taken by another program. Choose another one: PORT=8001 make run" >&2
    exit 1
fi

mkdir -p "$DATA_DIR"
ipplatform setup
ipplatform demo load --if-empty

# Out of the terminal's reach, whose signals would reach honcho and its children a second time beside the one below.
setsid honcho start --no-prefix --procfile Procfile &
honcho=$!
# Whatever ends this script ends every process: honcho passes the signal on to its children and waits for them.
trap 'trap "" INT TERM HUP; kill -TERM "$honcho" 2>/dev/null || true' INT TERM HUP
python scripts/announce.py "http://localhost:$PORT" &
announcer=$!

status=0
wait "$honcho" || status=$?
while kill -0 "$honcho" 2>/dev/null; do
    wait "$honcho" || status=$?
done
kill "$announcer" 2>/dev/null || true
# Being asked to stop is not a failure.
case $status in 0 | 129 | 130 | 143) exit 0 ;; *) exit "$status" ;; esac
