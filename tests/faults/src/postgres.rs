//! A PostgreSQL of the campaign's own, which it may stop, kill and start again. It keeps fsync on.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::clock::Pace;

/// Who runs it when the tests run as root, whom PostgreSQL refuses.
const BORROWED_USER: &str = "postgres";
/// Longest wait for it to start, recovery included.
const START_SECONDS_MAX: u64 = 120;
/// Longest wait for it to stop in order.
const STOP_SECONDS_MAX: u64 = 20;
/// Longest wait for killed processes to be gone.
const END_SECONDS_MAX: u64 = 20;

/// A server on a socket of its own. Stopped when dropped.
#[derive(Debug)]
pub struct PostgresServer {
    home: TempDir,
    programs: PathBuf,
    as_root: bool,
}

impl PostgresServer {
    /// Makes a cluster and starts it.
    ///
    /// # Panics
    /// When PostgreSQL is missing (`tests/run --install` installs it) or does not start.
    #[must_use]
    pub fn start() -> Self {
        let server = Self::with_home();
        let arguments = ["--pgdata=data", "--username=wishwell", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"];
        told("initdb", &server.run("initdb", &arguments));
        server.start_again();
        server
    }

    /// Makes a standby that follows `primary` and answers reads.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn standby_of(primary: &Self) -> Self {
        let server = Self::with_home();
        let host = format!("--host={}", primary.home.path().display());
        let arguments = [&host, "--username=wishwell", "--pgdata=data", "--checkpoint=fast", "--write-recovery-conf"];
        told("pg_basebackup", &server.run("pg_basebackup", &arguments));
        server.start_again();
        server
    }

    /// Makes a primary of a standby.
    ///
    /// # Panics
    /// When it is none.
    pub fn promote(&self) {
        told("pg_ctl promote", &self.run("pg_ctl", &["promote", "--pgdata=data", "--wait"]));
    }

    fn with_home() -> Self {
        // Short, because a socket's path may have 107 bytes at most.
        let home = tempfile::Builder::new().prefix("wishwell-pg-").tempdir_in("/tmp").expect("a scratch folder");
        let as_root = std::fs::metadata(home.path()).expect("it is there").uid() == 0;
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        let server = Self { home, programs: programs(), as_root };
        server.give(server.home.path());
        server
    }

    /// Gives a folder to the user that the server runs as.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn give(&self, folder: &Path) {
        if self.as_root {
            let status = Command::new("chown").arg(BORROWED_USER).arg(folder).status();
            assert!(status.expect("chown is there").success(), "{BORROWED_USER} gets the folder");
        }
    }

    /// The address, the same over restarts.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://wishwell@localhost/postgres?host={}", self.home.path().display())
    }

    /// Its socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.home.path().join(".s.PGSQL.5432")
    }

    /// Starts it where it is not running; what a crash left behind is recovered first.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c max_connections=200 -c fsync=on -c timezone=UTC",
            self.home.path().display()
        );
        let wait = format!("--timeout={START_SECONDS_MAX}");
        let arguments = ["start", "--pgdata=data", "--wait", &wait, "--log=server.log", "--options", &options];
        let started = Instant::now();
        loop {
            let output = self.run("pg_ctl", &arguments);
            if output.status.success() {
                return;
            }
            // What a killed server held, its socket and shared memory, may take a moment to be free.
            let log = std::fs::read_to_string(self.home.path().join("server.log")).unwrap_or_default();
            let end: Vec<&str> = log.lines().rev().take(12).collect();
            assert!(started.elapsed() < Duration::from_secs(END_SECONDS_MAX), "PostgreSQL does not start: {end:#?}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Stops it in order, ending its sessions. Where it does not stop within twenty seconds it is killed, as a supervisor would.
    ///
    /// # Panics
    /// When it does not end even so.
    pub fn stop(&self) {
        let patience = format!("--timeout={STOP_SECONDS_MAX}");
        let stopped = self.run("pg_ctl", &["stop", "--pgdata=data", "--mode=fast", "--wait", &patience]);
        if !stopped.status.success() && self.postmaster().is_some() {
            self.kill();
        }
    }

    /// Kills it with all its processes at once (SIGKILL), as the loss of its machine does.
    ///
    /// # Panics
    /// When it does not run, or does not end.
    pub fn kill(&self) {
        let postmaster = self.postmaster().expect("it runs");
        // Stopped first, so that it starts nobody while its children are counted.
        signal("STOP", &[postmaster]);
        let mut all = children(postmaster);
        all.push(postmaster);
        signal("KILL", &all);
        let started = Instant::now();
        while all.iter().any(|process| is_alive(*process)) {
            assert!(started.elapsed() < Duration::from_secs(END_SECONDS_MAX), "the processes {all:?} end");
            std::thread::sleep(Duration::from_millis(10));
        }
        // What a dead machine could not remove either; a number that is taken again must not keep the next start away.
        let _ = std::fs::remove_file(self.home.path().join("data/postmaster.pid"));
    }

    /// Kills one of its processes (SIGKILL), upon which it ends all sessions and recovers by itself.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill_one_session(&self, choose: usize) {
        let sessions: Vec<u32> = children(self.postmaster().expect("it runs"))
            .into_iter()
            .filter(|process| command_line(*process).contains("wishwell"))
            .collect();
        if let Some(process) = sessions.get(choose.checked_rem(sessions.len()).unwrap_or(0)) {
            // It may have ended meanwhile.
            let _ = Command::new("sh").args(["-c", &format!("kill -KILL {process}")]).stderr(Stdio::null()).status();
        }
    }

    /// Runs statements.
    ///
    /// # Panics
    /// When the server does not take them.
    pub fn execute(&self, sql: &str) -> String {
        let home = self.home.path().display().to_string();
        let arguments =
            ["--host", &home, "--username=wishwell", "--no-psqlrc", "--quiet", "-At", "-c", sql, "postgres"];
        let output = self.run("psql", &arguments);
        told("psql", &output);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Lets the store's clock run so many times as fast from now on, over restarts too.
    ///
    /// # Panics
    /// When there is no store.
    pub fn hasten(&self, times: u32) -> Pace {
        let (now, body) = ("SELECT wishwell_now()", "SELECT prosrc FROM pg_proc WHERE proname = 'wishwell_now'");
        let (now, body) = (self.execute(now), self.execute(body));
        self.execute(&format!(
            "CREATE OR REPLACE FUNCTION wishwell_now() RETURNS BIGINT LANGUAGE sql VOLATILE AS \
             $$ SELECT {now} + (({body}) - {now}) * {times} $$"
        ));
        Pace::of(self.execute("SELECT wishwell_now()").parse().expect("microseconds"), times)
    }

    fn postmaster(&self) -> Option<u32> {
        let written = std::fs::read_to_string(self.home.path().join("data/postmaster.pid")).ok()?;
        written.lines().next()?.trim().parse().ok()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let program = self.programs.join(program);
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", BORROWED_USER, "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).current_dir(self.home.path()).stdin(Stdio::null());
        command.output().expect("PostgreSQL's programs start")
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // A throw-away cluster: nothing is lost by stopping at once, and a failure must not hide what a test found.
        let _ = self.run("pg_ctl", &["stop", "--pgdata=data", "--mode=immediate", "--wait"]);
    }
}

fn told(what: &str, output: &Output) {
    assert!(
        output.status.success(),
        "{what}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The folder of the newest PostgreSQL here.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").is_file()).collect();
    let number = |bin: &PathBuf| -> u32 {
        let version = bin.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        version.and_then(|version| version.parse().ok()).unwrap_or_default()
    };
    found.sort_by_key(number);
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&on_path).find(|folder| folder.join("initdb").is_file());
    found.pop().or(on_path).expect("PostgreSQL is installed (`tests/run --install` installs it)")
}

fn signal(name: &str, processes: &[u32]) {
    let numbers: Vec<String> = processes.iter().map(ToString::to_string).collect();
    // Some may have ended meanwhile.
    let command = format!("kill -{name} {}", numbers.join(" "));
    let _ = Command::new("sh").args(["-c", &command]).stderr(Stdio::null()).status();
}

/// State and parent of a process.
fn stat(process: u32) -> Option<(char, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, may hold anything.
    let (_, rest) = text.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn is_alive(process: u32) -> bool {
    stat(process).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
}

fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    numbers.filter(|process| stat(*process).is_some_and(|(_, of)| of == parent)).collect()
}

fn command_line(process: u32) -> String {
    let bytes = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
