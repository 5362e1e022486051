#!/usr/bin/env bash
# Whether a message is ours, with openssl: webhook.sh ID TIMESTAMP SIGNATURE <BODY
# The arguments are the headers webhook-id, webhook-timestamp and webhook-signature; WEBHOOK_SECRET is the whsec_… text.
set -euo pipefail

id=${1:?} timestamp=${2:?} signatures=${3:?}

age=$(($(date +%s) - timestamp))
if ((age < -300 || age > 300)); then
  echo "webhook.sh: older than five minutes, or from the future" >&2
  exit 1
fi
key=$(base64 -d <<<"${WEBHOOK_SECRET#whsec_}" | od -An -tx1 | tr -d ' \n')
right=$({ printf '%s.%s.' "$id" "$timestamp" && cat; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64 -w 0)
# While a secret is rotated there are two: one that fits is enough.
for signature in $signatures; do
  [[ $signature == "v1,$right" ]] && exit 0
done
echo "webhook.sh: the signature is not right" >&2
exit 1
