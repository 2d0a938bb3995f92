#!/usr/bin/env bash
# Says what is missing before anything is built, one line each with the command that helps.
set -u
missing=0

need() { # what, how to get it
    echo "missing: $1; install it with: $2" >&2
    missing=1
}

command -v swift >/dev/null || need "Swift 6.3" "see https://www.swift.org/install/linux"
command -v python3 >/dev/null || need "Python 3.9 or newer" "sudo apt-get install python3 python3-venv python3-pip"
if command -v python3 >/dev/null && ! python3 -S -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then
    need "Python 3.9 or newer (found $(python3 -V 2>&1))" "sudo apt-get install python3"
fi
[ -e /usr/include/sqlite3.h ] || need "the headers of SQLite" "sudo apt-get install libsqlite3-dev"
exit $missing
