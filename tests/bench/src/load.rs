//! The load generator: HTTP/2 by hand, with requests encoded before, so that it costs little and the same on all sides.
//!
//! Each thread has a runtime and connections of its own. Closed loops ask the next question when the last was answered
//! (throughput); the open loop asks at fixed instants, and counts each answer's time from the instant the question was due,
//! so that a server that stalls is charged for every question it kept waiting.

mod http1;

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use h2::client::SendRequest;
use prost::bytes::Bytes;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::BufReader;
use tokio::io::unix::AsyncFd;
use tokio::net::TcpStream;

/// Threads of the generator.
const THREADS: usize = 2;
const GRPC_CONTENT_TYPE: &str = "application/grpc";
/// Windows so wide that no answer waits for a window update.
const STREAM_WINDOW_BYTES: u32 = 1 << 20;
const CONNECTION_WINDOW_BYTES: u32 = 1 << 26;
/// Bytes taken from a connection at once.
const READ_BYTES: usize = 1 << 16;
const WARM_UP: Duration = Duration::from_millis(700);
/// How long the last answers of an open loop are waited for.
const STRAGGLE: Duration = Duration::from_secs(5);

/// In which language to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// gRPC; frames have their five bytes in front.
    Grpc,
    /// JSON posted to a path.
    Json,
    /// The same over HTTP/1.1: each question under way has a connection of its own, which is kept.
    PlainJson,
    /// A page; frames are empty.
    Page,
}

/// Whom to ask what.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    pub(crate) form: Form,
    pub(crate) api_key: Option<String>,
    pub(crate) frames: Arc<Vec<Bytes>>,
}

impl Target {
    fn head(&self) -> http::Request<()> {
        let head = http::Request::builder()
            .uri(format!("http://{}{}", self.address, self.path))
            .header("user-agent", "wishwell-bench");
        let mut head = match self.form {
            Form::Grpc => {
                head.method(http::Method::POST).header("te", "trailers").header("content-type", GRPC_CONTENT_TYPE)
            }
            Form::Json | Form::PlainJson => head.method(http::Method::POST).header("content-type", "application/json"),
            Form::Page => head.method(http::Method::GET).header("accept-language", "zh"),
        };
        if let Some(key) = &self.api_key {
            head = head.header("authorization", format!("Bearer {key}"));
        }
        head.body(()).expect("a request head")
    }
}

/// What a closed loop measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow {
    pub(crate) answers: u64,
    pub(crate) seconds: f64,
    /// Processor time of whatever `cpu` looked at.
    pub(crate) cpu: Duration,
}

impl Flow {
    pub(crate) fn per_second(&self) -> f64 {
        self.answers as f64 / self.seconds
    }

    pub(crate) fn cpu_micros(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.answers.max(1) as f64
    }
}

/// Keeps `in_flight` questions under way on each connection for a while; over HTTP/1.1, as many as that on connections of their own.
/// Blocks.
pub(crate) fn closed_loop(
    target: &Target,
    connections: usize,
    in_flight: usize,
    duration: Duration,
    cpu: impl Fn() -> Duration,
) -> Flow {
    let answered = Arc::new(AtomicU64::new(0));
    let end = Instant::now() + WARM_UP + duration;
    let threads: Vec<_> = (0..THREADS.min(connections))
        .map(|thread| {
            let (target, answered) = (target.clone(), Arc::clone(&answered));
            let own = (thread..connections).step_by(THREADS).count();
            std::thread::spawn(move || match target.form {
                Form::PlainJson => run(http1::keep_asking(target, thread, own * in_flight, answered, end)),
                _ => run(keep_asking(target, thread, own, in_flight, answered, end)),
            })
        })
        .collect();
    std::thread::sleep(WARM_UP);
    let (started, before, cpu_before) = (Instant::now(), answered.load(Ordering::Relaxed), cpu());
    std::thread::sleep(end.saturating_duration_since(Instant::now()));
    let (after, cpu_after, seconds) = (answered.load(Ordering::Relaxed), cpu(), started.elapsed().as_secs_f64());
    for thread in threads {
        thread.join().expect("the load generator runs to its end");
    }
    Flow { answers: after - before, seconds, cpu: cpu_after.saturating_sub(cpu_before) }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

async fn keep_asking(
    target: Target,
    thread: usize,
    connections: usize,
    in_flight: usize,
    answered: Arc<AtomicU64>,
    end: Instant,
) {
    let head = target.head();
    let mut asking = Vec::new();
    for connection in 0..connections {
        let sender = connect(target.address).await;
        for lane in 0..in_flight {
            let (mut sender, head, frames) = (sender.clone(), head.clone(), Arc::clone(&target.frames));
            let answered = Arc::clone(&answered);
            // Lanes begin at different questions, so that they do not march in step.
            let mut next = (thread * 1_301 + connection * 577 + lane * 101) % frames.len();
            asking.push(tokio::spawn(async move {
                while Instant::now() < end {
                    ask(&mut sender, &head, frames[next].clone()).await;
                    answered.fetch_add(1, Ordering::Relaxed);
                    next = (next + 1) % frames.len();
                }
            }));
        }
    }
    for task in asking {
        task.await.expect("a lane runs to its end");
    }
}

/// Keeps `clients` requests under way, each a frame that was not sent before, and gives back every answer's time in microseconds.
/// Blocks.
pub(crate) fn timed_loop(
    target: &Target,
    connections: usize,
    clients: usize,
    duration: Duration,
    next: &Arc<AtomicUsize>,
) -> Vec<u32> {
    let end = Instant::now() + duration;
    let lanes = lanes(
        target,
        connections,
        clients,
        move |mut sender, head, frames, next| async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                let started = Instant::now();
                let frame = frames.get(next.fetch_add(1, Ordering::Relaxed)).expect("there are requests left").clone();
                ask(&mut sender, &head, frame).await;
                times.push(u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            times
        },
        next,
    );
    lanes.into_iter().flatten().collect()
}

/// Sends each frame once, by many clients, and counts the answers: OK, and refused with FAILED_PRECONDITION. Blocks.
///
/// # Panics
/// At any other answer.
pub(crate) fn each_by_many(target: &Target, connections: usize, clients: usize) -> (u64, u64) {
    let lanes = lanes(
        target,
        connections,
        clients,
        |mut sender, head, frames, next| async move {
            let (mut held, mut refused) = (0, 0);
            while let Some(frame) = frames.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (_, status) = try_ask(&mut sender, &head, frame.clone(), &mut |_| {}).await.expect("an answer");
                match status.as_deref() {
                    Some("0") => held += 1,
                    Some("9") => refused += 1,
                    status => panic!("grpc-status {status:?}"),
                }
            }
            (held, refused)
        },
        &Arc::default(),
    );
    lanes.into_iter().fold((0, 0), |(held, refused), lane| (held + lane.0, refused + lane.1))
}

/// Runs clients on two threads, each client on one of the connections of its thread.
fn lanes<T, F, W>(target: &Target, connections: usize, clients: usize, work: W, next: &Arc<AtomicUsize>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
    W: Fn(SendRequest<Bytes>, http::Request<()>, Arc<Vec<Bytes>>, Arc<AtomicUsize>) -> F + Clone + Send + 'static,
{
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let (target, work, next) = (target.clone(), work.clone(), Arc::clone(next));
            let named = std::thread::Builder::new().name("load".to_owned());
            let generate = move || {
                run(async move {
                    let mut senders = Vec::new();
                    for _ in 0..(connections / THREADS).max(1) {
                        senders.push(connect(target.address).await);
                    }
                    let own = (thread..clients).step_by(THREADS);
                    let lanes: Vec<_> = own
                        .map(|client| {
                            let sender = senders[client / THREADS % senders.len()].clone();
                            let (frames, next) = (Arc::clone(&target.frames), Arc::clone(&next));
                            tokio::spawn(work(sender, target.head(), frames, next))
                        })
                        .collect();
                    let mut done = Vec::new();
                    for lane in lanes {
                        done.push(lane.await.expect("a client runs to its end"));
                    }
                    done
                })
            };
            named.spawn(generate).expect("a thread can be started")
        })
        .collect();
    threads.into_iter().flat_map(|thread| thread.join().expect("the load generator runs to its end")).collect()
}

async fn connect(address: SocketAddr) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a socket option");
    // All that has come is read at once, however long the answers are.
    let stream = BufReader::with_capacity(READ_BYTES, stream);
    let (sender, connection) = h2::client::Builder::new()
        .initial_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .handshake(stream)
        .await
        .expect("the server speaks HTTP/2");
    // Ends with the last sender; what goes wrong shows in the answers.
    tokio::spawn(connection);
    sender
}

/// Asks one question and reads the whole answer.
///
/// # Panics
/// When the answer is not OK: a benchmark of errors measures nothing.
async fn ask(sender: &mut SendRequest<Bytes>, head: &http::Request<()>, frame: Bytes) -> usize {
    let (bytes, status) = try_ask(sender, head, frame, &mut |_| {}).await.expect("an answer");
    assert_eq!(status.as_deref(), Some("0"), "status");
    bytes
}

async fn try_ask(
    sender: &mut SendRequest<Bytes>,
    head: &http::Request<()>,
    frame: Bytes,
    take: &mut (dyn FnMut(&[u8]) + Send),
) -> Result<(usize, Option<String>), h2::Error> {
    std::future::poll_fn(|context| sender.poll_ready(context)).await?;
    let asks_nothing = frame.is_empty();
    let (response, mut body) = sender.send_request(head.clone(), asks_nothing)?;
    if !asks_nothing {
        body.send_data(frame, true)?;
    }
    let (parts, mut body) = response.await?.into_parts();
    let mut bytes = 0;
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        bytes += chunk.len();
        take(&chunk);
        body.flow_control().release_capacity(chunk.len())?;
    }
    let status = |headers: &http::HeaderMap| {
        headers.get("grpc-status").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    if head.headers().get("content-type").is_none_or(|kind| kind != GRPC_CONTENT_TYPE) {
        let status = if parts.status == http::StatusCode::OK { "0" } else { parts.status.as_str() };
        return Ok((bytes, Some(status.to_owned())));
    }
    let trailers = body.trailers().await?;
    Ok((bytes, trailers.as_ref().and_then(status).or_else(|| status(&parts.headers))))
}

/// Asks every question once, in order, and hands over the answers without their five bytes of frame. Blocks.
pub(crate) fn each_once(target: &Target, mut answer: impl FnMut(&[u8])) {
    each_once_raw(target, |bytes| answer(bytes.get(5..).expect("a frame has five bytes before the message")));
}

/// Asks every question once, in order, and hands over the answers as they came. Blocks.
pub(crate) fn each_once_raw(target: &Target, mut answer: impl FnMut(&[u8])) {
    run(async {
        let (head, mut sender) = (target.head(), connect(target.address).await);
        for frame in target.frames.iter() {
            let mut bytes = Vec::new();
            let asked = try_ask(&mut sender, &head, frame.clone(), &mut |chunk| bytes.extend_from_slice(chunk)).await;
            let (_, status) = asked.expect("an answer");
            assert_eq!(status.as_deref(), Some("0"), "status of a question");
            answer(&bytes);
        }
    });
}

/// Asks `rate` questions a second, evenly spaced, and gives back each answer's time in microseconds, sorted. Blocks.
pub(crate) fn open_loop(target: &Target, connections: usize, rate: u32, duration: Duration) -> Vec<u32> {
    let per_thread = rate / THREADS as u32;
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let target = target.clone();
            let own = (thread..connections).step_by(THREADS).count().max(1);
            std::thread::spawn(move || run(ask_on_time(target, thread, own, per_thread, duration)))
        })
        .collect();
    let mut times: Vec<u32> =
        threads.into_iter().flat_map(|thread| thread.join().expect("the load generator runs to its end")).collect();
    times.sort_unstable();
    times
}

async fn ask_on_time(target: Target, thread: usize, connections: usize, rate: u32, duration: Duration) -> Vec<u32> {
    let head = target.head();
    let mut senders = Vec::new();
    for _ in 0..connections {
        senders.push(connect(target.address).await);
    }
    let interval = Duration::from_secs(1) / rate;
    // The threads' instants fall between each other.
    let begin = Instant::now() + interval * u32::try_from(thread).unwrap_or(0) / THREADS as u32;
    let due = |question: u32| begin + interval * question;
    let questions = |time: Duration| (f64::from(rate) * time.as_secs_f64()) as u32;
    let (warm, total) = (questions(WARM_UP), questions(WARM_UP + duration));
    let times = Arc::new(Mutex::new(Vec::with_capacity(total as usize)));
    let timer = Ticker::every(interval);
    let mut asking = tokio::task::JoinSet::new();
    let mut asked = 0;
    while asked < total {
        timer.tick().await;
        // Every question whose instant has come, however late this thread is.
        while asked < total && due(asked) <= Instant::now() {
            let (due, counts, at) = (due(asked), asked >= warm, asked as usize);
            let mut sender = senders[at % connections].clone();
            let (head, times) = (head.clone(), Arc::clone(&times));
            let frame = target.frames[(thread * 1_301 + at) % target.frames.len()].clone();
            asking.spawn(async move {
                ask(&mut sender, &head, frame).await;
                if counts {
                    let micros = u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX);
                    times.lock().expect("no lane panicked").push(micros);
                }
            });
            asked += 1;
        }
        while let Some(done) = asking.try_join_next() {
            done.expect("a question was answered");
        }
    }
    let rest = async { while asking.join_next().await.is_some() {} };
    let unanswered = if tokio::time::timeout(STRAGGLE, rest).await.is_err() { asking.len() } else { 0 };
    let mut times = std::mem::take(&mut *times.lock().expect("no lane panicked"));
    // Whoever is still waiting has waited at least this long.
    let waited = u32::try_from(STRAGGLE.as_micros()).unwrap_or(u32::MAX);
    times.extend(std::iter::repeat_n(waited, unanswered));
    times
}

/// Wakes at even intervals, finer than the millisecond of the runtime's own timers.
struct Ticker(AsyncFd<OwnedFd>);

impl Ticker {
    fn every(interval: Duration) -> Self {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK).expect("a timer");
        let interval = Timespec { tv_sec: 0, tv_nsec: i64::from(interval.subsec_nanos()) };
        let setting = Itimerspec { it_interval: interval, it_value: interval };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &setting).expect("a timer can be set");
        // Its successor wants an unsafe promise that the descriptor stays open: this one owns it.
        #[expect(deprecated, reason = "the successor needs unsafe code")]
        let timer = AsyncFd::new(timer).expect("a timer can be polled");
        Self(timer)
    }

    async fn tick(&self) {
        let mut ready = self.0.readable().await.expect("a timer can be polled");
        let mut expirations = [0; 8];
        let _ = ready.try_io(|timer| Ok(rustix::io::read(timer.get_ref(), &mut expirations)?));
    }
}
