#!/bin/sh
# Runs every test of the inference server; ends with a line `N passed, N failed, N skipped`.
#   run.sh                 every Python found runs the core suite; one of them is compared with the original
#   run.sh --all-pythons   the comparison, MLflow and the long fuzz on every Python that can install what they need
set -eu
cd "$(dirname "$0")"
for candidate in python3 python3.13 python3.12 python3.11 python3.10 python3.9 python; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 8))'; then
        exec "$candidate" run_all.py "$@"
    fi
done
echo "no Python from 3.8 on was found" >&2
exit 1
