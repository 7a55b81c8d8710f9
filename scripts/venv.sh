#!/bin/sh
# Make .venv and install the locked requirements in it: scripts/venv.sh requirements.txt
# A second call with the same lock file returns at once.
set -eu

cd "$(dirname "$0")/.."
lock=${1:-requirements.txt}
venv=${VENV:-.venv}
stamp="$venv/.$(basename "$lock" .txt)"

say() { printf '%s\n' "$*" >&2; }

suitable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if command -v "$candidate" >/dev/null && suitable "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    say "Python 3.11 or later is needed and was not found. On Debian or Ubuntu: sudo apt-get install python3 python3-venv"
    exit 1
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        if [ "$(id -u)" -ne 0 ]; then
            say "Python's venv module is not installed. Please run: sudo apt-get install $package"
            exit 1
        fi
        say "Installing $package …"
        apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >&2
    fi
    say "Making $venv with $python …"
    rm -rf "$venv"
    "$python" -m venv "$venv"
}

wanted() { cat "$lock" setup.cfg pyproject.toml | sha256sum | cut -d' ' -f1; pwd; }

# A virtual environment that was moved or whose Python was removed no longer starts.
"$venv/bin/python" -c '' 2>/dev/null || make_venv

[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(wanted)" ] && exit 0
# The development lock holds everything the service needs, in the same versions.
[ "$lock" = requirements.txt ] && [ -f "$venv/.requirements-dev" ] &&
    [ "$(cat "$venv/.requirements-dev")" = "$(lock=requirements-dev.txt; wanted)" ] && exit 0

say "Installing $lock …"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
"$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock"
"$venv/bin/python" -m pip install --quiet --quiet --no-deps --no-build-isolation --no-index --editable .
wanted > "$stamp"
