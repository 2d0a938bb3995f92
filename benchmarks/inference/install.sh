#!/bin/sh
# Installs the servers that are compared, each from PyPI into an environment of its own below BERTH_BENCH_PEERS, by
# default .build-peers/ beside this file. A server that cannot be installed is named and left out.
#   install.sh [NAME…]   all, or those that are named: ours fastapi azmlinfsrv granian litserve mlserver kserve bentoml
# PYTHON chooses the interpreter; 3.11 suits them all.
set -u
cd "$(dirname "$0")"
python=${PYTHON:-$(command -v python3.11 || command -v python3)}
root=${BERTH_BENCH_PEERS:-.build-peers}
wanted=${*:-all}
mkdir -p "$root"
common="numpy scikit-learn"

install() {
    name=$1
    shift
    case " $wanted " in *" all "* | *" $name "*) ;; *) return ;; esac
    if [ -f "$root/$name/complete" ] && [ "$(cat "$root/$name/complete")" = "$*" ]; then
        echo "$name: is installed"
        return
    fi
    rm -rf "${root:?}/$name"
    if "$python" -m venv "$root/$name" \
        && "$root/$name/bin/python" -m pip --disable-pip-version-check -q install "$@" > "$root/$name.log" 2>&1; then
        echo "$*" > "$root/$name/complete"
        echo "$name: installed"
    else
        rm -rf "${root:?}/$name"
        echo "$name: NOT installable here, see $root/$name.log"
    fi
}

# shellcheck disable=SC2086
{
    install ours $common
    install fastapi $common fastapi "uvicorn[standard]"
    install azmlinfsrv $common azureml-inference-server-http==1.5.1
    install granian $common fastapi granian
    install litserve $common litserve
    install mlserver $common mlserver
    install kserve $common kserve
    install bentoml $common bentoml
}
