#!/usr/bin/env bash
# One person through the Vult API with curl and jq: verify.sh DOCUMENT SELFIE
# Wants BASE_URL, CLIENT_ID and CLIENT_SECRET in the environment.
set -euo pipefail

document=${1:?"verify.sh DOCUMENT SELFIE"} selfie=${2:?"verify.sh DOCUMENT SELFIE"}

# The secret goes in by standard input: arguments are seen by every user of this machine.
token=$(printf 'user = "%s:%s"' "$CLIENT_ID" "$CLIENT_SECRET" |
  curl -sS --fail-with-body -K - -d grant_type=client_credentials "$BASE_URL/oauth2/token" | jq -r .access_token)

# Posts JSON from standard input to a path.
post() {
  curl -sS --fail-with-body --max-time 60 -K <(printf 'header = "Authorization: Bearer %s"' "$token") \
    -H "X-Client-Id: $CLIENT_ID" -H 'Content-Type: application/json' -d @- "$BASE_URL$1"
}

session=$(jq -n '{user_id: "user-7"}' | post /idv/session/create | jq -r .session_id)
this=$(jq -n --arg session_id "$session" '{$session_id}')
echo "session $session"

jq '.consented = true' <<<"$this" | post /idv/sdk/consent/add >/dev/null

curl -sS --fail-with-body -K <(printf 'header = "Authorization: Bearer %s"' "$token") -H "X-Client-Id: $CLIENT_ID" \
  -F "session_id=$session" -F latitude=52.52 -F longitude=13.40 -F "image=@$document" \
  "$BASE_URL/idv/sdk/document/front/add" >/dev/null

place=$(jq '. + {latitude: 52.52, longitude: 13.40}' <<<"$this")
post /idv/sdk/liveness/session/generate <<<"$place" >/dev/null
# Too long for an argument, so it comes from a file.
jq --rawfile image <(base64 -w 0 "$selfie") '.images = [$image]' <<<"$place" |
  post /idv/sdk/liveness/session/process >/dev/null

# Answers with the result, after up to 50 s.
post /idv/sdk/finalize <<<"$this" >/dev/null

post /idv/session/read <<<"$this" | jq -r '"verified: \(.verified), score: \(.score)"'
post /idv/document/read <<<"$this" | jq -r '"name: \(.first_name) \(.last_name), document: \(.document_number)"'
