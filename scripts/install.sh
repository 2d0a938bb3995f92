#!/usr/bin/env bash
# install.sh BINARY PREFIX: the binary with its resources, completions and man pages.
set -euo pipefail
binary=$1
prefix=$2
cd "$(dirname "$0")/.."

libexec="$prefix/libexec/berth"
install -d "$prefix/bin" "$libexec/python" "$libexec/compat/bin"
install -m 755 "$binary" "$prefix/bin/berth"
rm -rf "$libexec/python/berth_infsrv"
cp -R inference/berth_infsrv "$libexec/python/berth_infsrv"
find "$libexec/python" -name __pycache__ -type d -prune -exec rm -rf {} +
# Instances run without the right to write here: the bytecode is made now, for the Python that is first on PATH.
python3 -m compileall -q "$libexec/python/berth_infsrv" || echo "note: no bytecode was made; instances start a little slower" >&2
install -m 755 inference/bin/azmlinfsrv "$libexec/compat/bin/azmlinfsrv"
# The borrowed name lives apart: only who puts that folder on PATH meets it.
ln -sf ../../../../bin/berth "$libexec/compat/bin/az"
install -d "$prefix/lib/systemd/system" "$prefix/share/berth"
sed "s|@PREFIX@|$prefix|" share/systemd/berth.service >"$prefix/lib/systemd/system/berth.service"
install -m 644 share/systemd/server.yml "$prefix/share/berth/server.yml"
"$prefix/bin/berth" generate-docs "$prefix/share"
echo "installed: $prefix/bin/berth"
