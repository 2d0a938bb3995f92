#!/bin/sh
# Fetches what the gateway is measured against, and the load generator, from Debian.
set -eu
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    nginx-light haproxy caddy wrk nghttp2-client openssl
# The packages start their services; the benchmark runs them itself.
for service in nginx haproxy caddy; do
    if command -v systemctl > /dev/null 2>&1; then systemctl disable --now "$service" || true; fi
done
