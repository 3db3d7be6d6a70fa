# Functions for a private cluster; to be sourced by what tools/prepare.sh
# starts.  Nothing listens but a socket in the temporary folder.

BINDIR=$("$PG_CONFIG" --bindir)
PG_MAJOR=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
DEST=$WORK/dest

# Build the sources and install them below DEST, beside any installed copy.
# $1: compiler flags to add
build_and_install() {
    make -s -j"$(nproc)" PG_CONFIG="$PG_CONFIG" COPT="${1:-}" >"$WORK/build.log" 2>&1 &&
        make -s PG_CONFIG="$PG_CONFIG" DESTDIR="$DEST" install >>"$WORK/build.log" 2>&1 || {
        cat "$WORK/build.log"
        return 1
    }
}

# Settings that let a server find the extension below DEST.
find_extension_settings() {
    if [ "$PG_MAJOR" -ge 18 ]; then
        printf "extension_control_path = '%s:\$system'\n" "$DEST$("$PG_CONFIG" --sharedir)"
        printf "dynamic_library_path = '%s:\$libdir'\n" "$DEST$("$PG_CONFIG" --pkglibdir)"
    else
        printf "extension_destdir = '%s'\n" "$DEST"
    fi
}

# $1: name of the cluster; $2: further settings.  Sets PGHOST, PGUSER, ….
start_cluster() {
    local dir=$WORK/cluster-$1
    mkdir -p "$dir/socket"
    "$BINDIR/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" || {
        cat "$dir/initdb.log"
        return 1
    }
    {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$dir/socket'"
        find_extension_settings
        printf '%s\n' "${2:-}"
    } >>"$dir/data/postgresql.conf"
    "$BINDIR/pg_ctl" -D "$dir/data" -l "$dir/log" -w -s start || {
        cat "$dir/log"
        return 1
    }
    export PGHOST=$dir/socket PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
    export PATH=$BINDIR:$PATH
}

stop_cluster() {
    "$BINDIR/pg_ctl" -D "$WORK/cluster-$1/data" -m fast -w -s stop
}
