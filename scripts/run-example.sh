#!/usr/bin/env bash
# Deploys examples/diabetes on this machine, scores it, and says what to try next.
set -euo pipefail
berth=$(realpath "$1")
cd "$(dirname "$0")/../examples/diabetes"

"$berth" online-endpoint create -f endpoint.yml --local --only-show-errors -o none
if "$berth" online-deployment show -n blue -e diabetes --local -o none >/dev/null 2>&1; then
    "$berth" online-deployment update -n blue -e diabetes -f blue-deployment.yml --local -o none
else
    "$berth" online-deployment create -f blue-deployment.yml --local -o none
fi
prediction=$("$berth" online-endpoint invoke -n diabetes --request-file sample-request.json --local)
uri=$("$berth" online-endpoint show -n diabetes --local --query scoring_uri -o tsv)

cat <<TEXT

prediction:  $prediction
scoring URI: $uri

try next:
  curl -d @examples/diabetes/sample-request.json $uri
  $1 online-deployment get-logs -n blue -e diabetes --local
  $1 online-endpoint delete -n diabetes --local --yes
TEXT
