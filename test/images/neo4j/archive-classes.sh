#!/bin/sh
# Starts the server once while the image is built, for the archive of its classes that later starts map in.
set -eu
home=/var/lib/neo4j
printf '%s\n' $home/lib/*.jar | paste -sd: >$home/class-path
trial=$(mktemp -d)
mkdir "$trial/conf" "$trial/import"
# Any port that is free: a build shares the network of its machine.
echo server.bolt.listen_address=127.0.0.1:0 >"$trial/conf/neo4j.conf"
STAND_IN_ARCHIVE=1 STAND_IN_PASSWORD=only-for-this java -XX:ArchiveClassesAtExit=$home/classes.jsa -Xmx512m \
  --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED \
  -cp "$(cat $home/class-path)" StandIn "$trial" on
rm -rf "$trial"
