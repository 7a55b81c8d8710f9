#!/bin/sh
# Verifies this bundle with sh, openssl and standard tools; nothing is sent anywhere.
# Usage: sh verify.sh ['VERIFIER-KEY']   Exit: 0 verified, 1 refuted, 2 could not be checked.
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")" || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

ok() { echo "ok       $1"; }
refuted() { echo "REFUTED  $1"; exit 1; }
unusable() { echo "UNUSABLE $1"; exit 2; }

for tool in openssl sed grep head tail cut tr cmp wc od sort find sha256sum sha512sum; do
  command -v "$tool" > "$work/null" || unusable "$tool is not installed"
done
for file in SHA256SUMS SHA512SUMS log/entry.json log/entry.tlog-proof log/policy.txt log/vkeys.txt; do
  [ -f "$file" ] || unusable "$file is missing"
done

# 1. digests of every file
sha256sum -c SHA256SUMS > "$work/sums" 2>&1 || { grep -v ': OK$' "$work/sums"; refuted "a file is not what SHA256SUMS says"; }
sha512sum -c SHA512SUMS > "$work/sums" 2>&1 || { grep -v ': OK$' "$work/sums"; refuted "a file is not what SHA512SUMS says"; }
ok "files: each is what SHA256SUMS and SHA512SUMS say"
for sums in SHA256SUMS SHA512SUMS; do sed 's/^[0-9a-f]* [ *]//' "$sums" | sort > "$work/$sums"; done
cmp -s "$work/SHA256SUMS" "$work/SHA512SUMS" || refuted "SHA256SUMS and SHA512SUMS list different files"
find . ! -type d | sed 's,^\./,,' | sort > "$work/present"
while read -r file; do
  case "$file" in SHA256SUMS | SHA512SUMS) continue ;; esac
  grep -qxF -- "$file" "$work/SHA256SUMS" || echo "note     no part of the bundle, not looked at: $file"
done < "$work/present"

# 2. documents, 3. commitment
if [ -f filing/manifest.json ]; then
  for document in filing/*; do
    case "$document" in filing/manifest.json | filing/salt.hex | filing/submitter.*) continue ;; esac
    digest=$(openssl dgst -sha256 -r "$document" | cut -c 1-64)
    grep -q "\"sha256\":\"$digest\"" filing/manifest.json || refuted "$document is not in the manifest"
    ok "document: $document is byte for byte the one in the manifest"
  done
  salt=$(cat filing/salt.hex) || unusable "filing/salt.hex is missing"
  commitment=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$salt" filing/manifest.json | sed 's/^.*= *//')
  grep -q "\"commitment\":\"$commitment\"" log/entry.json || refuted "the manifest and salt do not give the commitment"
  ok "commitment: manifest and salt give the commitment of the log entry"
else
  ok "filing: not in this public bundle; the commitment is shown, not opened"
fi

# 4. inclusion
hash_node() { { printf '\001'; cat "$1" "$2"; } | openssl dgst -sha256 -binary > "$3"; }

include() { # entry proof
  { printf '\000'; cat "$1"; } | openssl dgst -sha256 -binary > "$work/found"
  [ "$(sed -n 1p "$2")" = "c2sp.org/tlog-proof@v1" ] || unusable "$2 is not a tlog-proof"
  sed '1,/^$/d' "$2" > "$work/checkpoint"
  index=$(sed -n 's/^index \([0-9][0-9]*\)$/\1/p' "$2" | head -n 1)
  size=$(sed -n 2p "$work/checkpoint")
  case "$index:$size" in *[!0-9:]* | :* | *:) unusable "$2 has no index or size" ;; esac
  [ "$index" -lt "$size" ] || refuted "$1: the index is outside the tree"
  last=$((size - 1))
  sed -n '1,/^$/p' "$2" | grep -v -e '^c2sp' -e '^index ' -e '^extra ' -e '^$' > "$work/path"
  while read -r line; do
    printf '%s' "$line" | openssl base64 -d -A > "$work/sibling"
    [ "$(wc -c < "$work/sibling")" -eq 32 ] || refuted "$1: a hash of the proof is not 32 bytes"
    [ "$last" -gt 0 ] || refuted "$1: the proof is too long"
    if [ $((index % 2)) -eq 1 ] || [ "$index" -eq "$last" ]; then
      hash_node "$work/sibling" "$work/found" "$work/next"
      while [ $((index % 2)) -eq 0 ] && [ "$index" -gt 0 ]; do index=$((index / 2)); last=$((last / 2)); done
    else
      hash_node "$work/found" "$work/sibling" "$work/next"
    fi
    mv "$work/next" "$work/found"
    index=$((index / 2)); last=$((last / 2))
  done < "$work/path"
  [ "$last" -eq 0 ] || refuted "$1: the proof is too short"
  sed -n 3p "$work/checkpoint" | tr -d '\n' | openssl base64 -d -A > "$work/root"
  cmp -s "$work/found" "$work/root" || refuted "$1: the proof leads to another root"
}

include log/entry.json log/entry.tlog-proof
cp "$work/checkpoint" "$work/signed"
schema() { sed -n 's/.*"schema":"\([^"]*\)\/'"$2"'\/v1".*/\1/p' "$1"; } # file, manifest or leaf: the log it was made for
ok "inclusion: the entry is in the tree of $(sed -n 2p "$work/signed") entries"
for entry in history/*.json; do
  [ -f "$entry" ] || continue
  include "$entry" "${entry%.json}.tlog-proof"
  cmp -s "$work/checkpoint" "$work/signed" || refuted "$entry is proved against another checkpoint"
  ok "history: $entry is in the same tree"
done

# an erasure, which opens the commitment of its own entry
opens() { # manifest, salt, entry
  digest=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(cat "$2")" "$1" | sed 's/^.*= *//')
  grep -q "\"commitment\":\"$digest\"" "$3" || refuted "$1 and $2 do not give the commitment in $3"
}
same_tree() { # entry, proof
  [ -f "$1" ] && [ -f "$2" ] || unusable "$1 or $2 is missing"
  include "$1" "$2"
  cmp -s "$work/checkpoint" "$work/signed" || refuted "$1 is proved against another checkpoint"
}
if [ -f erasure/entry.json ]; then
  same_tree erasure/entry.json erasure/entry.tlog-proof
  opens erasure/manifest.json erasure/salt.hex erasure/entry.json
  grep -q '"kind":"erase"' erasure/entry.json || refuted "erasure/entry.json is no erase entry"
  commitment=$(sed -n 's/.*\("commitment":"[0-9a-f]*"\).*/\1/p' log/entry.json)
  [ -n "$commitment" ] && grep -qF -- "$commitment" erasure/manifest.json || refuted "the erasure is of another filing"
  ok "erasure: the content was erased, as an entry of the same tree says"
fi

# 5. signatures
sed '/^$/,$d' "$work/signed" > "$work/text"
u64() { # number: its eight bytes, most significant first
  number=$1; octets=
  for _ in 1 2 3 4 5 6 7 8; do octets="$(printf '\\%03o' $((number % 256)))$octets"; number=$((number / 256)); done
  printf "$octets"
}
short() { printf "$(printf '\\%03o' "$(printf '%s' "$1" | wc -c)")"; printf '%s' "$1"; }
knows_mldsa=no
openssl list -public-key-algorithms 2> "$work/null" | grep -qi 'ML-DSA-44' && knows_mldsa=yes

ed25519_der() { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; tail -c 32 "$work/typed"; }
mldsa_der() {
  printf '\060\202\005\062\060\013\006\011\140\206\110\001\145\003\004\003\021\003\202\005\041\000'
  tail -c 1312 "$work/typed"
}
subtree_message() { # name, and the eight bytes of time in a file
  printf 'subtree/v1\n\000'; short "$1"; cat "$2"; short "$(sed -n 1p "$work/text")"
  u64 0; u64 "$(sed -n 2p "$work/text")"
  sed -n 3p "$work/text" | tr -d '\n' | openssl base64 -d -A
}
verified() { # message signature
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$1" -sigfile "$2" > "$work/null" 2>&1
}
key_of() { # verifier key: sets name and id, writes the typed key
  name=${1%%+*}; rest=${1#*+}; id=${rest%%+*}; encoded=${rest#*+}
  printf '%s' "$encoded" | openssl base64 -d -A > "$work/typed"
  { printf '%s\n' "$name"; cat "$work/typed"; } | openssl dgst -sha256 -r | cut -c 1-8 > "$work/id"
  [ "$(cat "$work/id")" = "$id" ] || refuted "the key id does not belong to the key"
  kind="$(od -An -tx1 -N1 "$work/typed" | tr -d ' \n'):$(wc -c < "$work/typed" | tr -d ' ')"
}
line_of() { # name and key id: writes the signature of the first such line
  sed '1,/^$/d' "$work/signed" | grep -aF -- "— $1 " | sed 's/^.* //' > "$work/lines"
  while read -r line; do
    printf '%s' "$line" | openssl base64 -d -A > "$work/raw"
    [ "$(od -An -tx1 -N4 "$work/raw" | tr -d ' \n')" = "$2" ] || continue
    tail -c +5 "$work/raw" > "$work/signature"
    return 0
  done < "$work/lines"
  return 1
}
check_signature() { # verifier key
  key_of "$1"
  [ "$(sed -n 1p "$work/text")" = "$name" ] || refuted "the checkpoint is of another log"
  line_of "$name" "$id" || refuted "no signature by $name with key $id"
  case "$kind" in
    01:33)
      ed25519_der > "$work/key.der"
      verified "$work/text" "$work/signature" || refuted "the Ed25519 signature of $name is false"
      ok "signature: the log $name signed this tree with the Ed25519 key $id" ;;
    06:1313)
      [ "$(wc -c < "$work/signature")" -eq 2428 ] || refuted "the ML-DSA-44 signature of $name has another length"
      if [ "$knows_mldsa" = no ]; then
        echo "note     signature: the ML-DSA-44 signature of key $id is there, but this openssl is older than 3.5 and cannot check it"
        return 0
      fi
      head -c 8 "$work/signature" > "$work/time"; tail -c 2420 "$work/signature" > "$work/mldsa"
      subtree_message "$name" "$work/time" > "$work/message"
      mldsa_der > "$work/key.der"
      verified "$work/message" "$work/mldsa" || refuted "the ML-DSA-44 signature of $name is false"
      ok "signature: the log $name signed this tree with the ML-DSA-44 key $id" ;;
    *) unusable "the key $id is neither an Ed25519 nor an ML-DSA-44 verifier key" ;;
  esac
}

if [ $# -gt 0 ]; then
  for key in "$@"; do check_signature "$key"; done
  printf '%s\n' "$@" > "$work/asked"
  while read -r key; do
    key_of "$key"
    grep -qxF -- "$key" "$work/asked" ||
      echo "note     the key $id of log/vkeys.txt was not asked for: if you trust it, give it too, as the log signs with every key"
  done < log/vkeys.txt
else
  while read -r key; do check_signature "$key"; done < log/vkeys.txt
  echo "note     the key came from the bundle itself: compare it with one you trust"
  cat log/vkeys.txt
fi

[ "$(schema log/entry.json leaf)" = "$(sed -n 1p "$work/signed")" ] || refuted "log/entry.json is of another log than the head"

# the same filing in logs that ended, to whose final heads entry 0 of the log after each commits, up to this log
cp "$work/signed" "$work/present"
for old in former/*-entry.json; do
  [ ! -f "$old" ] || [ -f "${old%-entry.json}-anchor.json" ] || unusable "${old%-entry.json}-anchor.json is missing"
done
for anchor in former/*-anchor.json; do
  [ -f "$anchor" ] || continue
  stem=${anchor%-anchor.json}
  old="$stem-entry.json"
  if [ -f "$old" ]; then
    for member in commitment kind time; do
      found=$(sed -n "s/.*\\(\"$member\":[^,}]*\\).*/\\1/p" "$old")
      [ -n "$found" ] && grep -qF -- "$found" log/entry.json || refuted "$old commits to another filing than log/entry.json"
    done
    include "$old" "$stem-entry.tlog-proof"
    cp "$work/checkpoint" "$work/final"
    [ "$(schema "$old" leaf)" = "$(sed -n 1p "$work/final")" ] || refuted "$old is of another log than its head"
    [ ! -f "$work/following" ] || cmp -s "$work/final" "$work/following" || refuted "$old is proved in another head than the one before leads to"
  else
    [ -f "$work/following" ] || unusable "$old is missing"
    cp "$work/following" "$work/final"
  fi
  [ -f "$stem-anchor.tlog-proof" ] || unusable "$stem-anchor.tlog-proof is missing"
  include "$anchor" "$stem-anchor.tlog-proof"
  [ "$(schema "$anchor" leaf)" = "$(sed -n 1p "$work/checkpoint")" ] || refuted "$anchor is of another log than its head"
  successor="$(sed -n 1p "$work/checkpoint")"
  if cmp -s "$work/checkpoint" "$work/present"; then
    rm -f "$work/following"; successor="the present log"
  else
    cp "$work/checkpoint" "$work/following"
  fi
  grep -qx 'index 0' "$stem-anchor.tlog-proof" || refuted "$stem-anchor.json is not entry 0 of $successor"
  grep -q '"kind":"anchor"' "$stem-anchor.json" || refuted "$stem-anchor.json is no anchor"
  opens "$stem-manifest.json" "$stem-salt.hex" "$stem-anchor.json"
  { printf '"checkpoint":"'; tr '\n' '\001' < "$work/final" | sed "s/$(printf '\001')/\\\\n/g"; printf '"'; } > "$work/wanted"
  grep -qF -f "$work/wanted" "$stem-manifest.json" || refuted "$stem-manifest.json names another final head"
  cp "$work/final" "$work/signed"
  sed '/^$/,$d' "$work/signed" > "$work/text"
  sed -n 's/^log \([^ ]*\).*/\1/p' "$stem-policy.txt" > "$work/former"
  [ -s "$work/former" ] || unusable "$stem-policy.txt names no key"
  while read -r key; do check_signature "$key"; done < "$work/former"
  stood="the same filing was in"
  [ -f "$old" ] || stood="the filing was not in"
  ok "former log: $stood $(sed -n 1p "$work/text"), which ended; entry 0 of $successor commits to its final head"
  echo "note     former log: its keys came from $stem-policy.txt; compare them with ones you trust"
  cp "$work/present" "$work/signed"
  sed '/^$/,$d' "$work/signed" > "$work/text"
done
[ ! -f "$work/following" ] || refuted "$successor ended, and nothing leads from there to the present log"

# the witnesses that the policy names: who else saw this tree, and when
: > "$work/met"
unchecked=no
witness() { # name in the policy, verifier key
  key_of "$2"
  line_of "$name" "$id" || { echo "note     witness: $1 did not cosign this tree"; return 0; }
  head -c 8 "$work/signature" > "$work/time"
  tail -c +9 "$work/signature" > "$work/cosignature"
  seconds=$(printf '%d' "0x$(od -An -tx1 "$work/time" | tr -d ' \n')" 2> "$work/null") || refuted "$1 states an impossible time"
  [ "$seconds" -gt 0 ] || refuted "the cosignature of $1 states no time"
  case "$kind" in
    04:33)
      { printf 'cosignature/v1\ntime %s\n' "$seconds"; cat "$work/text"; } > "$work/message"
      ed25519_der > "$work/key.der" ;;
    06:1313)
      [ "$knows_mldsa" = yes ] || { unchecked=yes; echo "note     witness: this openssl is older than 3.5 and cannot check $1"; return 0; }
      subtree_message "$name" "$work/time" > "$work/message"
      mldsa_der > "$work/key.der" ;;
    *) unusable "the key of the witness $1 cannot cosign" ;;
  esac
  verified "$work/message" "$work/cosignature" || refuted "the cosignature of $1 is false"
  printf '%s\n' "$1" >> "$work/met"
  ok "witness: $1 saw this tree of the log and no other, $seconds seconds after the beginning of 1970 (UTC)"
}
group() { # name, any or all or a number, members
  label=$1 needed=$2; shift 2
  [ "$needed" = all ] && needed=$#
  [ "$needed" = any ] && needed=1
  found=0
  for member in "$@"; do grep -qxF -e "$member" "$work/met" && found=$((found + 1)); done
  [ "$found" -lt "$needed" ] || printf '%s\n' "$label" >> "$work/met"
}
quorum=none
set -f
while read -r word rest; do
  # shellcheck disable=SC2086 # the words of the line
  case "$word" in
    witness) set -- $rest; witness "$1" "$2" ;;
    group) group $rest ;;
    quorum) quorum=$rest ;;
  esac
done < log/policy.txt
set +f
if [ "$quorum" = none ]; then
  echo "note     witnesses: log/policy.txt demands none; nobody but the log vouches that it never forked"
elif grep -qxF -e "$quorum" "$work/met"; then
  ok "quorum: $quorum is met"
elif [ "$unchecked" = yes ]; then
  echo "note     quorum: $quorum could not be counted, for this openssl cannot check every witness"
else
  refuted "too few witnesses cosigned this tree for the quorum $quorum"
fi

# the holder's own signatures
holder_signature() { # file without its ending
  [ -f "$1.spki.pem" ] || refuted "$1.spki.pem is missing"
  openssl pkey -pubin -in "$1.spki.pem" -noout -text > "$work/key" 2> "$work/null" || refuted "$1.spki.pem is not a public key"
  if [ -f "$1.authenticator-data" ] || [ -f "$1.client-data.json" ]; then
    challenge=$(openssl dgst -sha256 -binary "$work/to-sign" | openssl base64 -A | tr '+/' '-_' | tr -d '=')
    start="{\"type\":\"webauthn.get\",\"challenge\":\"$challenge\",\"origin\":\""
    [ "$(head -c ${#start} "$1.client-data.json")" = "$start" ] || refuted "$1.client-data.json is about another filing"
    host=$(tail -c +$((${#start} + 1)) "$1.client-data.json" | sed -e 's/".*//' -e 's,^[a-z]*://,,' -e 's/:[0-9]*$//' -e q)
    printf '%s' "$host" | openssl dgst -sha256 -binary > "$work/rp"
    head -c 32 "$1.authenticator-data" | cmp -s - "$work/rp" || refuted "$1.authenticator-data is not for $host"
    flags=$(od -An -tu1 -j32 -N1 "$1.authenticator-data" | tr -d ' ')
    [ $((${flags:-0} & 5)) -eq 5 ] || refuted "$1.authenticator-data: nobody's presence and identity were checked"
    { cat "$1.authenticator-data"; openssl dgst -sha256 -binary "$1.client-data.json"; } > "$work/message"
  else
    cp "$work/to-sign" "$work/message"
  fi
  if grep -q '^ED25519' "$work/key"; then
    openssl pkeyutl -verify -pubin -inkey "$1.spki.pem" -rawin -in "$work/message" -sigfile "$1.sig" > "$work/null" 2>&1
  elif grep -q 'prime256v1' "$work/key"; then
    openssl dgst -sha256 -verify "$1.spki.pem" -signature "$1.sig" "$work/message" > "$work/null" 2>&1
  elif grep -q 'secp384r1' "$work/key"; then
    openssl dgst -sha384 -verify "$1.spki.pem" -signature "$1.sig" "$work/message" > "$work/null" 2>&1
  else
    refuted "$1.spki.pem is a key of another kind"
  fi || refuted "$1.sig is not that key's signature over the manifest"
  ok "holder: $1.sig signs this manifest; whose key it is, filing/submitter.json says"
}

if [ -f filing/submitter.json ]; then
  [ -f filing/manifest.json ] || refuted "the holder's signatures are here without the manifest that they sign"
  { printf '%s/holder-signature/v1\n' "$(schema filing/manifest.json manifest)"; cat filing/manifest.json; } > "$work/to-sign"
  signatures=0
  for signature in filing/submitter.*.sig; do
    [ -f "$signature" ] || continue
    holder_signature "${signature%.sig}"
    signatures=$((signatures + 1))
  done
  described=$(tr '{,' '\n\n' < filing/submitter.json | grep -c '^"number":')
  [ "$signatures" -gt 0 ] && [ "$signatures" -eq "$described" ] || refuted "filing/submitter.json describes $described signatures, here are $signatures"
else
  for signature in filing/submitter.*; do
    [ ! -f "$signature" ] || refuted "$signature is here without filing/submitter.json"
  done
fi

# 6. time stamps, each at its own time
seconds_of() { # "Nov 25 10:20:30 2026 GMT": seconds since 1970
  set -- $1
  case "$1" in
    Jan) month=1 ;; Feb) month=2 ;; Mar) month=3 ;; Apr) month=4 ;; May) month=5 ;; Jun) month=6 ;;
    Jul) month=7 ;; Aug) month=8 ;; Sep) month=9 ;; Oct) month=10 ;; Nov) month=11 ;; *) month=12 ;;
  esac
  clock=${3%%.*}; hours=${clock%%:*}; rest=${clock#*:}; minutes=${rest%%:*}; seconds=${rest#*:}
  year=$4; [ "$month" -gt 2 ] || year=$((year - 1))
  days=$((year * 365 + year / 4 - year / 100 + year / 400 + ((month + 9) % 12 * 306 + 5) / 10 + $2 - 719469))
  echo $((days * 86400 + ${hours#0} * 3600 + ${minutes#0} * 60 + ${seconds#0}))
}
check_stamp() { # stem of the file name; what it is over is in $work/stamped
  [ -f "$1.pem" ] || unusable "$1.pem is missing"
  moment=$(openssl ts -reply -in "$1.tsr" -text 2> "$work/null" | sed -n 's/^Time stamp: //p')
  [ -n "$moment" ] || refuted "$1.tsr is not a time stamp"
  cat "${TSA_ROOTS:-$1.pem}" > "$work/trusted.pem"
  revocation=
  if [ -f "$1.crl" ]; then cat "$1.crl" >> "$work/trusted.pem"; revocation=-crl_check_all; fi
  # shellcheck disable=SC2086
  openssl ts -verify -data "$work/stamped" -in "$1.tsr" -CAfile "$work/trusted.pem" -untrusted "$1.pem" \
    -attime "$(seconds_of "$moment")" $revocation > "$work/openssl" 2>&1 || { cat "$work/openssl"; refuted "$1.tsr is false"; }
  ok "time: $1.tsr stamped $2 at $moment; its certificate was valid then"
}
if [ -f time/checkpoint.txt ]; then
  include log/entry.json time/entry.tlog-proof
  cmp -s "$work/checkpoint" time/checkpoint.txt || refuted "time/entry.tlog-proof is against another checkpoint"
  [ "$(sed -n 1p time/checkpoint.txt)" = "$(sed -n 1p "$work/signed")" ] || refuted "time/checkpoint.txt is of another log"
  cp time/checkpoint.txt "$work/stamped"
  for stamp in time/*.tsr; do
    case "$stamp" in time/renewal-*) continue ;; esac
    check_stamp "${stamp%.tsr}" "the head with this entry"
  done
  for stamp in time/*.tsr; do
    case "$stamp" in time/renewal-*) continue ;; esac
    cat "$stamp" >> "$work/stamped"
  done
  for stamp in time/renewal-*.tsr; do
    [ -f "$stamp" ] || continue
    check_stamp "${stamp%.tsr}" "everything before it"
    cat "$stamp" >> "$work/stamped"
  done
  [ -n "${TSA_ROOTS:-}" ] || echo "note     the authorities' root certificates came from the bundle itself: compare them with ones you trust"
else
  echo "note     time: no independent time stamp; the time of filing is the platform's statement"
fi
echo "VERIFIED"
