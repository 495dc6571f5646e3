#!/bin/bash
# The rules of the official image's entrypoint (docs/adr/0002-official-images.md), enforced as it enforces them.
set -euo pipefail
home=/var/lib/neo4j
conf=$home/conf/neo4j.conf
die() {
  echo "$*" >&2
  exit 1
}

echo "stand-in: Neo4j Community from Maven, not the official neo4j image"
[ "$(id -u):$(id -g)" = 7474:7474 ] || die "This stand-in runs as 7474:7474 only; it is $(id -u):$(id -g)."
for folder in /data /logs $home/run; do
  [ -w $folder ] || die "Folder $folder is not accessible for user: $(id -u) or group $(id -g)."
done

set_in_conf() {
  sed --in-place "/^${1//./\\.}=/d" "$conf"
  echo "$1=$2" >>"$conf"
}

# Written at every start, so that the folder must be writable whatever is asked for.
export NEO4J_server_default__listen__address="${NEO4J_server_default__listen__address:-0.0.0.0}"
export NEO4J_server_memory_pagecache_size="${NEO4J_server_memory_pagecache_size:-512M}"

# Every NEO4J_a_b__c is the setting a.b_c, but for those that steer this script.
control='^NEO4J_(HOME|EDITION|AUTH|AUTH_PATH|ACCEPT_LICENSE_AGREEMENT|DEBUG|PLUGINS|SHA256|TARBALL|OPTS)$'
while IFS= read -r name; do
  [[ $name =~ $control ]] && continue
  setting=$(sed 's/^NEO4J_//; s/_/./g; s/\.\./_/g' <<<"$name")
  # What a service link injects is refused by name; a setting begins with a letter.
  [[ $setting =~ ^[0-9] ]] && continue
  set_in_conf "$setting" "${!name}"
done < <(compgen -e NEO4J_)

authentication=on
password=
if [ "${NEO4J_AUTH:-}" = none ]; then
  authentication=off
elif [[ ${NEO4J_AUTH:-} =~ ^([^/]+)/([^/]+)/?(true)?$ ]]; then
  password=${BASH_REMATCH[2]}
  [ "${BASH_REMATCH[1]}" = neo4j ] || die "Invalid admin username, it must be neo4j."
  # Handed to neo4j-admin as an argument there, and taken for an option.
  [[ $password != -* ]] || die "Unknown option: '$password'"
  [ "$password" != neo4j ] || die "Invalid value for password. It cannot be 'neo4j', which is the default."
elif [ -n "${NEO4J_AUTH:-}" ]; then
  die "Invalid value for NEO4J_AUTH: '$NEO4J_AUTH'"
fi

value_of() { sed -n "s/^$1=//p" "$conf"; }
jvm=()
while IFS= read -r option; do jvm+=("$option"); done < <(value_of server.jvm.additional)
initial=$(value_of server.memory.heap.initial_size)
maximum=$(value_of server.memory.heap.max_size)
[ -z "$initial" ] || jvm+=("-Xms$initial")
[ -z "$maximum" ] || jvm+=("-Xmx$maximum")

echo $$ >$home/run/neo4j.pid
# The first compiler alone: the second takes more of a small machine's cores than it gives back in a test's minutes.
STAND_IN_PASSWORD=$password exec java -XX:TieredStopAtLevel=1 -XX:SharedArchiveFile=$home/classes.jsa "${jvm[@]}" \
  -cp "$(cat $home/class-path)" StandIn $home $authentication
