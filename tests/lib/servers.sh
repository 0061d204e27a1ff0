# Throw-away PostgreSQL and Redis, on sockets of their own below the scratch folder. PostgreSQL keeps fsync on,
# so that what the tests see of durability is what a deployment sees.
# shellcheck shell=bash

redis_pid=
postgres_home=

# as_postgres COMMAND...: PostgreSQL refuses to run as root, so root borrows the packages' own user.
as_postgres() {
  if ((EUID == 0)); then
    runuser -u "$(id -u postgres >/dev/null 2>&1 && echo postgres || echo nobody)" -- "$@"
  else
    "$@"
  fi
}

start_postgres() {
  local bin
  bin=$(postgres_bin)
  postgres_home=$scratch/pg
  mkdir "$postgres_home"
  ((EUID != 0)) || chown "$(id -u postgres >/dev/null 2>&1 && echo postgres || echo nobody)" "$postgres_home"
  # A working folder the borrowed user may enter.
  (
    cd "$postgres_home"
    as_postgres "$bin/initdb" --pgdata=data --username=wishwell --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
      >"$scratch/initdb.log" 2>&1 || {
      cat "$scratch/initdb.log"
      exit 1
    }
    as_postgres "$bin/pg_ctl" start --pgdata=data --wait --timeout=60 --log=server.log \
      --options="-c listen_addresses='' -c unix_socket_directories='$postgres_home' -c max_connections=300 -c fsync=on -c timezone=UTC ${postgres_options:-}" \
      >"$scratch/pg_ctl.log" 2>&1 || {
      cat "$scratch/pg_ctl.log" server.log
      exit 1
    }
  ) || die "PostgreSQL did not start"
  export WISHWELL_TEST_POSTGRES_URL="postgres://wishwell@localhost/postgres?host=$postgres_home"
  say "PostgreSQL $("$bin/postgres" --version | grep -oE '[0-9]+(\.[0-9]+)?' | head -n 1) is up (private, socket in $postgres_home)"
}

start_redis() {
  local socket=$scratch/redis.sock tries=0
  redis-server --port 0 --unixsocket "$socket" --save '' --appendonly no --dir "$scratch" \
    --daemonize no >"$scratch/redis.log" 2>&1 &
  redis_pid=$!
  until [[ -S $socket ]]; do
    tries=$((tries + 1))
    if ((tries > 100)) || ! kill -0 "$redis_pid" 2>/dev/null; then
      cat "$scratch/redis.log"
      die "Redis did not start"
    fi
    sleep 0.05
  done
  export WISHWELL_TEST_REDIS_URL="redis+unix://$socket"
  say "Redis $(redis-server --version | grep -oE 'v=[0-9.]+' | cut -c3-) is up (private, socket $socket)"
}

start_servers() {
  [[ -z $postgres_home ]] || return 0
  heading "servers"
  start_postgres
  start_redis
}

stop_servers() {
  if [[ -n $redis_pid ]]; then
    kill "$redis_pid" 2>/dev/null || true
    wait "$redis_pid" 2>/dev/null || true
  fi
  if [[ -n $postgres_home && -f $postgres_home/data/postmaster.pid ]]; then
    (cd "$postgres_home" && as_postgres "$(postgres_bin)/pg_ctl" stop --pgdata=data --mode=immediate --wait --timeout=30) \
      >/dev/null 2>&1 || true
  fi
}
