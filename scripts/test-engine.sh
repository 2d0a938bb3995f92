#!/usr/bin/env bash
# A private container engine and registry for tests, as root, from Debian's packages docker.io and docker-registry.
#   test-engine.sh start DIR      starts dockerd with its state in DIR; prints DOCKER_HOST=…
#   test-engine.sh stop DIR       ends it with its containers, and removes DIR
#   test-engine.sh kill DIR       ends it at once, as a crash would; start DIR goes on with what is there
#   test-engine.sh image TAG      imports the base image (Python from Debian packages) into the engine of DOCKER_HOST
#   test-engine.sh registry DIR PORT [ISSUER REALM SERVICE CERTIFICATE]
#                                 starts a registry on 127.0.0.1:PORT; with the last four it asks REALM for tokens
#   test-engine.sh end PIDFILE    ends what the last one started
# Everything is ended by the process ids that were written down; nothing else of the machine is touched.
set -euo pipefail
cache=${BERTH_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/berth-tests}

wait_for() { # seconds, what, command…: until the command succeeds
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || { echo "$what did not start" >&2; return 1; }
        read -rt 0.05 <> <(:) || true
    done
}

start_engine() {
    local dir=$1
    command -v dockerd >/dev/null || { echo "dockerd is missing: apt-get install docker.io" >&2; exit 1; }
    [ "$(id -u)" = 0 ] || { echo "a private dockerd needs root" >&2; exit 1; }
    mkdir -p "$dir/run"
    local bridge
    bridge=bt$(printf %s "$dir" | cksum | cut -c1-8)
    # dockerd deletes a docker0 that it does not use: a machine with an engine of its own keeps it.
    if ip link show docker0 >/dev/null 2>&1; then echo "this machine has a docker0 of its own" >&2; exit 1; fi
    if ! ip link show "$bridge" >/dev/null 2>&1; then
        ip link add "$bridge" type bridge
        ip addr add "${BERTH_TEST_SUBNET:-172.30.77.1/24}" dev "$bridge"
        ip link set "$bridge" up
    fi
    echo "$bridge" >"$dir/bridge"
    echo "{}" >"$dir/daemon.json"
    # One that was killed leaves these behind, and would refuse to start anew.
    rm -f "$dir/docker.pid"
    setsid dockerd --config-file "$dir/daemon.json" --data-root "$dir/data" --exec-root "$dir/run" \
        -H "unix://$dir/docker.sock" -p "$dir/docker.pid" --bridge "$bridge" \
        --containerd-namespace "m$bridge" --containerd-plugins-namespace "p$bridge" \
        </dev/null >>"$dir/dockerd.log" 2>&1 &
    wait_for 30 "the container engine" curl -fs --unix-socket "$dir/docker.sock" http://engine/_ping || {
        tail -n 20 "$dir/dockerd.log" >&2
        exit 1
    }
    echo "DOCKER_HOST=unix://$dir/docker.sock"
}

ended() { ! kill -0 "$1" 2>/dev/null; }

stop_engine() {
    local dir=$1 pid bridge
    [ -d "$dir" ] || return 0
    pid=$(cat "$dir/docker.pid" 2>/dev/null || true)
    if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
        for id in $(curl -s --unix-socket "$dir/docker.sock" 'http://engine/containers/json?all=1' |
            grep -oE '"Id":"[0-9a-f]{64}"' | cut -d'"' -f4); do
            curl -s -X DELETE --unix-socket "$dir/docker.sock" "http://engine/containers/$id?force=1&v=1" >/dev/null || true
        done
        kill "$pid"
        wait_for 20 "the engine's end" ended "$pid" || kill -9 "$pid"
    fi
    bridge=$(cat "$dir/bridge" 2>/dev/null || true)
    [ -z "$bridge" ] || ip link del "$bridge" 2>/dev/null || true
    awk -v dir="$dir/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
        while read -r mount; do umount -l "$mount"; done
    rm -rf "$dir"
}

# dockerd and its containerd; the containers' shims go on, as after a crash.
kill_engine() {
    local dir=$1 pid child
    pid=$(cat "$dir/docker.pid")
    child=$(cat "$dir/run/containerd/containerd.pid" 2>/dev/null || true)
    kill -9 "$pid"
    [ -z "$child" ] || kill -9 "$child" 2>/dev/null || true
    wait_for 10 "the engine's end" ended "$pid"
}

# Python and what it needs, unpacked from packages: no installation script has to run, so this takes seconds.
make_image() {
    local tag=$1 tar=$cache/base.tar
    if [ ! -s "$tar" ]; then
        mkdir -p "$cache"
        local work root
        work=$(mktemp -d)
        root=$work/root
        mkdir -p "$root"/{bin,lib,lib64,usr/bin,usr/lib,usr/lib64,tmp,etc,var/tmp,root,proc,sys,dev}
        # As Debian has it: these are links into /usr.
        rmdir "$root"/{bin,lib,lib64}
        for name in bin lib lib64 sbin; do mkdir -p "$root/usr/$name"; ln -s "usr/$name" "$root/$name"; done
        local python
        python=$(apt-cache depends python3 | sed -nE 's/.*Depends: (python3\.[0-9]+)$/\1/p' | head -n 1)
        (cd "$work" && apt-get download -qq busybox-static dash coreutils libc6 libgcc-s1 libstdc++6 zlib1g \
            "$python-minimal" "lib$python-minimal" "lib$python-stdlib" "$python" libssl3 libexpat1 libffi8 libbz2-1.0 \
            liblzma5 libuuid1 libsqlite3-0 libselinux1 libpcre2-8-0 libacl1 libattr1 libgmp10 libcrypt1 libgomp1 libnsl2 \
            libtirpc3 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libcom-err2 libkrb5support0 libkeyutils1 media-types \
            netbase ca-certificates)
        for package in "$work"/*.deb; do dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink; done
        ln -sf "$python" "$root/usr/bin/python3"
        ln -sf dash "$root/usr/bin/sh"
        echo "root:x:0:0:root:/root:/bin/sh" >"$root/etc/passwd"
        echo "root:x:0:" >"$root/etc/group"
        mkdir -p "$root/etc/ssl/certs"
        find "$root/usr/share/ca-certificates" -name '*.crt' -exec cat {} + >"$root/etc/ssl/certs/ca-certificates.crt"
        rm -rf "$root"/usr/share/{doc,man,locale,lintian,bug}
        chmod 1777 "$root/tmp" "$root/var/tmp"
        tar -C "$root" --numeric-owner -cf "$tar.part" . && mv "$tar.part" "$tar"
        rm -rf "$work"
    fi
    local socket=${DOCKER_HOST#unix://}
    curl -fs --unix-socket "$socket" -X POST -H 'Content-Type: application/x-tar' --data-binary "@$tar" \
        "http://engine/images/create?fromSrc=-&repo=${tag%:*}&tag=${tag##*:}&changes=ENV%20PATH%3D/usr/local/bin:/usr/bin:/bin%20LANG%3DC.UTF-8" >/dev/null
    echo "$tag"
}

start_registry() {
    local dir=$1 port=$2 auth=
    command -v docker-registry >/dev/null || { echo "docker-registry is missing: apt-get install docker-registry" >&2; exit 1; }
    mkdir -p "$dir"
    if [ $# -gt 2 ]; then
        auth="auth: {token: {issuer: '$3', realm: '$4', service: '$5', rootcertbundle: '$6'}}"
    fi
    cat >"$dir/config.yml" <<YAML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: '$dir/data'}, delete: {enabled: true}}
http: {addr: "${BERTH_TEST_REGISTRY_ADDRESS:-127.0.0.1}:$port"${BERTH_TEST_REGISTRY_TLS:+, tls: {certificate: '$dir/tls.crt', key: '$dir/tls.key'\}}}
$auth
YAML
    setsid docker-registry serve "$dir/config.yml" </dev/null >"$dir/registry.log" 2>&1 &
    echo $! >"$dir/registry.pid"
    wait_for 15 "the registry" curl -ks -o /dev/null "http${BERTH_TEST_REGISTRY_TLS:+s}://${BERTH_TEST_REGISTRY_ADDRESS:-127.0.0.1}:$port/v2/" || {
        tail -n 5 "$dir/registry.log" >&2
        exit 1
    }
    echo "127.0.0.1:$port"
}

case ${1:-} in
start) start_engine "$(realpath -m "$2")" ;;
stop) stop_engine "$(realpath -m "$2")" ;;
kill) kill_engine "$(realpath -m "$2")" ;;
image) make_image "$2" ;;
registry) shift; start_registry "$@" ;;
end) [ ! -s "$2" ] || kill "$(cat "$2")" 2>/dev/null || true ;;
*) sed -n '2,11p' "$0" >&2; exit 2 ;;
esac
