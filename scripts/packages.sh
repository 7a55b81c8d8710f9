#!/bin/sh
# Bring the programs that tests drive (a database, a browser, other people's verifiers) from Debian's or Ubuntu's
# packages, where root may install them; otherwise say what is missing. Tests that lack a program say so too.
set -eu

has() { command -v "$1" >/dev/null 2>&1; }

missing=''
want() { missing="$missing $1"; }

ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || has initdb || want postgresql
has chromium || has chromium-browser || has google-chrome || want chromium
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || want fonts-noto-cjk
has pdfsig || want poppler-utils
has openssl || want openssl
has faketime || want faketime
ls /usr/lib/softhsm/libsofthsm2.so >/dev/null 2>&1 || want softhsm2
has node || want nodejs
has git || want git
has setpriv || want util-linux
has unzip || want unzip

[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
    echo "Not installed, so some tests cannot run. Please run: sudo apt-get install$missing" >&2
    exit 0
fi

export DEBIAN_FRONTEND=noninteractive
echo "Installing$missing …" >&2
# Debian would start a database server of its own at once; the tests start theirs.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
apt-get update -qq >&2 || true
for package in $missing; do
    apt-get install -y -qq --no-install-recommends "$package" >&2 ||
        echo "$package could not be installed; the tests that need it will say so" >&2
done
