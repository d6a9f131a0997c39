//! The command line: parse, resolve, run, tell. The only code that prints or decides the exit code.

mod args;
mod cache;
mod capturing;
mod destinations;
mod doctor;
mod fetch;
mod fitting;
mod inspect;
mod lacks_text;
mod naming;
mod planning;
mod print;
mod progress;
mod reading;
mod render;
mod render_text;
mod report;
mod settings;
mod side_files;
mod staged;
mod summary_text;
mod telling;
mod text_table;
mod verify;
mod video_files;

use std::any::Any;
use std::ffi::OsString;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

use args::{Cli, Command, ProgressStyle, asks_for_json, with_preset};

use crate::error::{Error, Kind, Result};

/// How long threads may take to see that the job is over.
const THREADS_MAY_END: Duration = Duration::from_secs(2);

/// What a signal leaves of an output that appears once it is complete.
const NO_OUTPUT: &str = "no output was written";

/// Runs the program for these arguments, the first of which is its own name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = with_preset(arguments.into_iter().collect());
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return parse_failed(&error, asks_for_json(&arguments)),
    };
    let as_json = matches!(&cli.command, Command::Render(args) if args.progress == ProgressStyle::Json);
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error, as_json),
    }
}

fn failed(error: &Error, as_json: bool) -> ExitCode {
    if as_json {
        print::error_json(error);
    } else {
        print::error(error);
    }
    ExitCode::from(error.kind().exit_code())
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Render(args) => {
            until_signalled(render::run(&args), render::left_by_signal(&args)).map_err(with_doctor_told)
        }
        Command::Inspect(args) => until_signalled(inspect::run(&args), NO_OUTPUT),
        Command::Fetch(args) => until_signalled(fetch::run(&args), NO_OUTPUT),
        Command::Verify(args) => until_signalled(verify::run(&args), NO_OUTPUT).map_err(with_doctor_told),
        Command::Doctor(args) => until_signalled(doctor::run(&args), NO_OUTPUT),
    }
}

/// Where the browser does not start, another command finds out more.
fn with_doctor_told(error: Error) -> Error {
    if error.kind() != Kind::BrowserCannotStart {
        return error;
    }
    let hint = error.hint_text().unwrap_or_default();
    let hint = format!("Run `replaycast doctor` to see what is missing. {hint}");
    error.hint(hint.trim_end())
}

/// Help and version are answers, not errors; everything else is a wrong command line.
fn parse_failed(error: &clap::Error, as_json: bool) -> ExitCode {
    let is_answer = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if as_json && !is_answer {
        let text = error.to_string();
        // How the command is used comes behind an empty line.
        let what = text.split("\n\n").next().unwrap_or_default();
        let what = what.trim_start_matches("error: ").trim_end();
        return failed(&Error::new(Kind::Usage, what), as_json);
    }
    // Nothing can be done when even that cannot be printed.
    let _ = error.print();
    if is_answer {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(Kind::Usage.exit_code())
    }
}

/// Runs a job; the first signal drops it, which kills the browser and removes what is half done. `left` says what there is of
/// its output then.
fn until_signalled(job: impl Future<Output = Result<()>>, left: &str) -> Result<()> {
    let failed = |source| Error::io("starting the runtime", source);
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(failed)?;
    let job = async {
        let listen = |kind| signal(kind).map_err(failed);
        let outlives_terminal = ignores(SignalKind::hangup());
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut quit = listen(SignalKind::quit())?;
        let mut terminate = listen(SignalKind::terminate())?;
        let mut hangup = listen(SignalKind::hangup())?;
        // Listened to, it does not kill: writing more than `ulimit -f` allows is an error as any other.
        let _file_too_large = listen(SignalKind::from_raw(libc::SIGXFSZ))?;
        let (kind, what) = tokio::select! {
            done = job => return done,
            _ = interrupt.recv() => (Kind::Interrupted, "interrupted"),
            _ = quit.recv() => (Kind::Interrupted, "quit"),
            _ = terminate.recv() => (Kind::Terminated, "terminated"),
            _ = hangup.recv(), if !outlives_terminal => (Kind::Terminated, "the terminal went away"),
        };
        Err(Error::new(kind, format!("{what}; {left}")))
    };
    // Nothing that the panic may have left half done is looked at again.
    let done = panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(job)));
    // A name server that does not answer keeps a thread of the runtime waiting; nobody else has to.
    runtime.shutdown_timeout(THREADS_MAY_END);
    done.unwrap_or_else(|panic| Err(broke_down(panic.as_ref())))
}

/// Whether whoever started the program wants a signal to be ignored, as `nohup` does. Listening to it would undo that.
fn ignores(signal: SignalKind) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let signals = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let signals = signals.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
    signals.is_some_and(|bits| bits >> (signal.as_raw_value() - 1) & 1 == 1)
}

/// A panic as an error; where it was has been said when it began.
fn broke_down(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let message = format!("replaycast broke down: {}", text.unwrap_or("nobody knows why"));
    Error::new(Kind::Internal, message)
        .hint("This is a bug of ours: please report it, with all that is said above.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_commands_point_to_the_doctor() {
        let hint = |kind| {
            let error = with_doctor_told(Error::new(kind, "no").hint("Allow clone."));
            error.hint_text().unwrap().to_owned()
        };
        assert_eq!(
            hint(Kind::BrowserCannotStart),
            "Run `replaycast doctor` to see what is missing. Allow clone."
        );
        assert_eq!(hint(Kind::Stalled), "Allow clone.");
    }

    #[test]
    fn a_panic_is_a_bug_of_ours() {
        let place = 7;
        for (job, says) in [
            (until_signalled(async { panic!("plain") }, NO_OUTPUT), "plain"),
            (until_signalled(async { panic!("at {place}") }, NO_OUTPUT), "at 7"),
        ] {
            let error = job.unwrap_err();
            assert_eq!(error.kind().exit_code(), 70);
            assert!(error.to_string().ends_with(says), "{error}");
        }
    }
}
