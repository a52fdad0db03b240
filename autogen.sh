#!/bin/sh
# Makes ./configure from configure.ac. Needs autoconf, automake, autoconf-archive and pkg-config.
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force --warnings=all,no-obsolete,no-portability
