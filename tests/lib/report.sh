# Counting and saying: every check ends up in exactly one of the three sums, and skipped ones are named.
# shellcheck shell=bash

passed=0
failed=0
skipped=0
failures=()
skips=()

say() { printf '%s\n' "$*"; }
heading() { printf '\n== %s\n' "$*"; }
die() {
  printf 'tests/run: %s\n' "$*" >&2
  exit 2
}

count_pass() { passed=$((passed + ${1:-1})); }

count_fail() {
  failed=$((failed + ${2:-1}))
  failures+=("$1")
  say "FAILED: $1"
}

count_skip() {
  skipped=$((skipped + 1))
  skips+=("$1")
  say "skipped: $1"
}

# check NAME COMMAND...: one command, one result.
check() {
  local name=$1 started=$SECONDS
  shift
  heading "$name"
  if "$@"; then
    count_pass
    say "ok: $name ($((SECONDS - started)) s)"
  else
    count_fail "$name"
  fi
}

# Checks that are run beside something else: their names, their commands, and the shell that runs one after the other.
beside_names=()
beside_commands=()
beside_shell=

# check_beside NAME COMMAND...: a check for start_checks_beside.
check_beside() {
  beside_names+=("$1")
  shift
  beside_commands+=("$(printf '%q ' "$@")")
}

# start_checks_beside LOG LINE: starts them as soon as the log has such a line, because cargo builds one thing at a time, with the lowest
# priority.
start_checks_beside() {
  ((${#beside_names[@]} > 0)) || return 0
  : >"$1"
  # A group of processes of its own, which can be ended as one.
  set -m
  {
    until grep -qE "$2" "$1"; do sleep 1; done
    : >"$scratch/beside.begun"
    renice -n 19 -p "$BASHPID" >/dev/null || true
    local at started status
    for at in "${!beside_commands[@]}"; do
      started=$SECONDS status=0
      eval "${beside_commands[at]}" >"$scratch/beside.$at" 2>&1 || status=$?
      printf '%s %s\n' "$status" $((SECONDS - started)) >"$scratch/beside.$at.ended"
    done
  } &
  beside_shell=$!
  set +m
}

stop_checks_beside() {
  [[ -z $beside_shell ]] || kill -- "-$beside_shell" 2>/dev/null || true
}

# settle_checks_beside: waits for them and says what came of each; where the line never came, they are run now.
settle_checks_beside() {
  local at status seconds
  if [[ -f $scratch/beside.begun ]]; then wait "$beside_shell" || true; else stop_checks_beside; fi
  for at in "${!beside_names[@]}"; do
    if [[ ! -f $scratch/beside.$at.ended ]]; then
      eval "check ${beside_names[at]@Q} ${beside_commands[at]}"
      continue
    fi
    read -r status seconds <"$scratch/beside.$at.ended"
    heading "${beside_names[at]}, beside the tests"
    cat "$scratch/beside.$at"
    if ((status == 0)); then
      count_pass
      say "ok: ${beside_names[at]} ($seconds s)"
    else
      count_fail "${beside_names[at]}"
    fi
  done
}

# sum_of WORD FILE [LINES]: adds up the numbers in front of a word, in the lines that match LINES.
sum_of() {
  { grep -E "${3:-.}" "$2" || true; } | { grep -oE "[0-9]+ $1" || true; } | awk '{ n += $1 } END { print n + 0 }'
}

# count_nextest NAME STATUS LOG: adds up the closing line of cargo-nextest.
count_nextest() {
  local name=$1 status=$2 log=$3 closing='^ *Summary \['
  if ! grep -qE "$closing" "$log"; then
    if ((status == 0)); then
      count_skip "$name: there was no test to run"
    else
      count_fail "$name: did not build or did not start"
    fi
    return
  fi
  local started run ok ignored
  # `12 tests run`, or `12/20 tests run` when the run was cut short.
  started=$(grep -E "$closing" "$log" | tail -n 1 | grep -oE '[0-9]+(/[0-9]+)? tests? run' | grep -oE '^[0-9/]+')
  run=${started%/*}
  ok=$(sum_of passed "$log" "$closing")
  ignored=$(($(sum_of skipped "$log" "$closing") + ${started#*/} - run))
  count_pass "$ok"
  # Tests that did not run, because a filter or #[ignore] left them out or the run was cut short, did not pass.
  if ((ignored > 0)); then
    skipped=$((skipped + ignored))
    skips+=("$name: $ignored did not run")
  fi
  if ((run > ok)); then
    count_fail "$name" $((run - ok))
  elif ((status != 0)); then
    count_fail "$name: ended with status $status"
  fi
}

# count_libtest NAME STATUS LOG: adds up the closing lines of cargo test.
count_libtest() {
  local name=$1 status=$2 log=$3 ok bad ignored
  ok=$(sum_of passed "$log" '^test result: ')
  bad=$(sum_of failed "$log" '^test result: ')
  ignored=$(sum_of ignored "$log" '^test result: ')
  count_pass "$ok"
  if ((ignored > 0)); then
    skipped=$((skipped + ignored))
    skips+=("$name: $ignored ignored")
  fi
  if ((bad > 0)); then
    count_fail "$name" "$bad"
  elif ((status != 0)); then
    count_fail "$name: ended with status $status"
  fi
}

# count_unittest NAME STATUS LOG: adds up the closing lines of Python's unittest.
count_unittest() {
  local name=$1 status=$2 log=$3 run bad left_out line
  run=$(grep -oE '^Ran [0-9]+ tests?' "$log" | grep -oE '[0-9]+' | tail -n 1 || true)
  if [[ -z $run ]]; then
    count_fail "$name: did not start"
    return
  fi
  if ((run == 0 && status == 0)); then
    count_skip "$name: there was no test to run"
    return
  fi
  line=$(grep -E '^(OK|FAILED)' "$log" | tail -n 1 || true)
  bad=$({ grep -oE '(failures|errors)=[0-9]+' || true; } <<<"$line" | awk -F= '{ n += $2 } END { print n + 0 }')
  left_out=$({ grep -oE 'skipped=[0-9]+' || true; } <<<"$line" | awk -F= '{ n += $2 } END { print n + 0 }')
  if ((left_out > 0)); then
    skipped=$((skipped + left_out))
    skips+=("$name: $left_out skipped themselves, see above")
  fi
  if ((run - bad - left_out > 0)); then
    count_pass $((run - bad - left_out))
  fi
  if ((bad > 0)); then
    count_fail "$name" "$bad"
  elif ((status != 0)); then
    count_fail "$name: ended with status $status"
  fi
}

# count_node NAME STATUS LOG: adds up the closing lines of Node's test runner, in TAP.
count_node() {
  local name=$1 status=$2 log=$3 ok bad left_out
  if ! grep -qE '^# tests [0-9]+' "$log"; then
    count_fail "$name: did not start"
    return
  fi
  closing_of() { { grep -E "^# $1 [0-9]+" "$log" || true; } | awk '{ n += $3 } END { print n + 0 }'; }
  ok=$(closing_of pass)
  bad=$(($(closing_of fail) + $(closing_of cancelled)))
  left_out=$(($(closing_of skipped) + $(closing_of todo)))
  count_pass "$ok"
  if ((left_out > 0)); then
    skipped=$((skipped + left_out))
    skips+=("$name: $left_out did not run")
  fi
  if ((bad > 0)); then
    count_fail "$name" "$bad"
  elif ((status != 0)); then
    count_fail "$name: ended with status $status"
  elif ((ok + left_out == 0)); then
    count_skip "$name: there was no test to run"
  fi
}

# count_announced_skips FILE: tests that found something missing returned early, so the runner took them
# for passed; they wrote themselves into this file, one line each.
count_announced_skips() {
  local line
  while IFS= read -r line; do
    passed=$((passed - 1))
    count_skip "$line"
  done < <(sort -u "$1")
}

# The last words, and the truth about all of it.
close_report() {
  heading "result after $((SECONDS / 60)) min $((SECONDS % 60)) s"
  local line
  for line in "${skips[@]}"; do say "skipped: $line"; done
  for line in "${failures[@]}"; do say "FAILED: $line"; done
  say "$passed passed, $failed failed, $skipped skipped"
  if ((failed > 0)); then return 1; fi
  if ((passed == 0)); then
    say "nothing was tested"
    return 1
  fi
}
