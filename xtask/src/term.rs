//! Terminal output: results on standard output, progress on standard error, colours only on a terminal.

use std::env;
use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Work that takes longer shows its progress.
const QUIET: Duration = Duration::from_secs(2);
const FRAME: Duration = Duration::from_millis(120);
/// The interval of progress lines without a terminal, where lines cannot be rewritten.
const LINE: Duration = Duration::from_secs(10);

fn is_terminal() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        stdout().is_terminal() && stderr().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
    })
}

/// Whether to write colours, and to ask children for them: on a terminal, unless <https://no-color.org> forbids it.
pub fn colours() -> bool {
    is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn paint(code: &str, text: impl Display) -> String {
    if colours() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}

/// Bold, on a terminal.
pub fn bold(text: impl Display) -> String {
    paint("1", text)
}

/// Dim, on a terminal.
pub fn dim(text: impl Display) -> String {
    paint("2", text)
}

/// Red, on a terminal.
pub fn red(text: impl Display) -> String {
    paint("31", text)
}

/// Green, on a terminal.
pub fn green(text: impl Display) -> String {
    paint("32", text)
}

/// Yellow, on a terminal.
pub fn yellow(text: impl Display) -> String {
    paint("33", text)
}

/// Whether work shows no progress.
static HIDDEN: AtomicBool = AtomicBool::new(false);

/// The work under way, by number. Only the first draws, because there is one line.
static UNDER_WAY: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Hides the progress of everything that starts from now on, for work in the background.
pub fn hide_progress() {
    HIDDEN.store(true, Ordering::Relaxed);
}

fn under_way() -> MutexGuard<'static, Vec<usize>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Erases the current progress line.
pub fn clear_line() {
    if is_terminal() {
        let _ = write!(stderr(), "\r\x1b[2K");
    }
}

/// A duration in seconds.
pub fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Progress of one piece of work: silent for two seconds, then the elapsed time, and one line at the end.
pub struct Progress {
    label: String,
    number: usize,
    hidden: bool,
    started: Instant,
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts the clock. With a `log`, its last line is shown beside it.
    pub fn start(label: &str, log: Option<PathBuf>) -> Self {
        let (stop, stopped) = mpsc::channel();
        let (label, started, hidden) = (label.to_owned(), Instant::now(), HIDDEN.load(Ordering::Relaxed));
        let number = start_number();
        let thread = thread::spawn({
            let label = label.clone();
            move || {
                let mut wait = QUIET;
                for frame in 0_usize.. {
                    match stopped.recv_timeout(wait) {
                        Err(RecvTimeoutError::Timeout) if hidden || under_way().first() != Some(&number) => {}
                        Err(RecvTimeoutError::Timeout) => draw(&label, started, frame, log.as_deref()),
                        _ => break,
                    }
                    wait = if is_terminal() { FRAME } else { LINE };
                }
                if !hidden {
                    clear_line();
                }
            }
        });
        Self { label, number, hidden, started, stop, thread: Some(thread) }
    }

    /// Ends with a tick and the time it took.
    pub fn done(self) {
        let (label, time, hidden) = (self.label.clone(), dim(seconds(self.started.elapsed())), self.hidden);
        drop(self);
        if !hidden {
            eprintln!("{} {label:<44} {time}", green("✓"));
        }
    }

    /// Ends with a cross.
    pub fn failed(self) {
        let label = self.label.clone();
        drop(self);
        eprintln!("{} {label}", red("✗"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        under_way().retain(|number| *number != self.number);
    }
}

/// A number for work that starts.
fn start_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    under_way().push(number);
    number
}

fn draw(label: &str, started: Instant, frame: usize, log: Option<&Path>) {
    const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
    let elapsed = started.elapsed().as_secs();
    let detail = log.and_then(last_line).map(|line| dim(format!("  {line}"))).unwrap_or_default();
    let mut err = stderr().lock();
    let _ = if is_terminal() {
        // Without wrapping, because a wrapped line cannot be erased.
        let spinner = SPINNER.get(frame % SPINNER.len()).unwrap_or(&"·");
        write!(err, "\r\x1b[2K\x1b[?7l{spinner} {label}  {elapsed} s{detail}\x1b[?7h").and_then(|()| err.flush())
    } else {
        writeln!(err, "… {label}  {elapsed} s{detail}")
    };
}

fn last_line(log: &Path) -> Option<String> {
    let text = std::fs::read(log).ok()?;
    let text = String::from_utf8_lossy(&text);
    let line = text.trim_end().rsplit(['\n', '\r']).next()?.trim();
    // A child's colours would mix with ours.
    let plain: String = line.chars().filter(|c| !c.is_control()).take(100).collect();
    (!plain.is_empty()).then_some(plain)
}
