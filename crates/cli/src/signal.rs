//! Being told to stop.

use std::io;

/// A signal that asks this program to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// The polite form of kill.
    Terminate,
    /// The terminal is gone.
    HangUp,
}

impl Signal {
    /// Its number, which is part of the exit code of a program it stopped.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::HangUp => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }
}

/// The signals that ask to stop. From the first on, they no longer end the process by themselves.
#[derive(Debug)]
pub(crate) struct Signals {
    /// Those that whoever started this program had it ignore (`nohup`, a shell's background), a bit for each number less one.
    #[cfg(unix)]
    ignored: u64,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Starts to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            ignored: ignored(),
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::HangUp,
        }
    }

    /// Waits for the next that is not to be ignored.
    pub(crate) async fn next_not_ignored(&mut self) -> Signal {
        loop {
            let signal = self.next().await;
            if self.ignored >> (signal.number() - 1) & 1 == 0 {
                return signal;
            }
        }
    }
}

/// The signals that are ignored, where the operating system tells (Linux does); else none.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(not(unix))]
impl Signals {
    /// Starts to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next.
    pub(crate) async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits for the next that is not to be ignored.
    pub(crate) async fn next_not_ignored(&mut self) -> Signal {
        self.next().await
    }
}
