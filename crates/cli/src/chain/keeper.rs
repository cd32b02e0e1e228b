//! Holds anvil on a leash.
//!
//! Whoever wants a chain starts this same program as its keeper, with a pipe as the keeper's standard input, and the keeper
//! starts anvil. When the pipe closes, because its other end was closed or because the process that held it is gone,
//! killed without a chance to clean up, the keeper stops anvil and ends. So no anvil outlives who wanted it.

use std::{ffi::OsString, path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    time::timeout,
};

/// Its name on the command line. Not for people, so it is in no help text.
pub(crate) const SUBCOMMAND: &str = "keep-anvil";

/// How long anvil may take to end when asked, before it is made to.
const GRACE: Duration = Duration::from_secs(3);

/// Runs anvil until standard input closes. Not for people.
#[derive(Debug, clap::Args)]
pub(crate) struct Keeper {
    /// anvil
    program: PathBuf,
    /// Its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Runs anvil until standard input closes, a signal says so, or it ends by itself.
pub(crate) async fn keep(keeper: Keeper) -> std::io::Result<()> {
    let mut signals = crate::signal::Signals::listen()?;
    let mut anvil = Command::new(keeper.program)
        .args(keeper.arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()?;
    let mut leash = tokio::io::stdin();
    let mut nothing = [0; 64];
    loop {
        tokio::select! {
            _ = anvil.wait() => break,
            _ = signals.next() => break,
            read = leash.read(&mut nothing) => if !matches!(read, Ok(1..)) { break },
        }
    }
    stop(&mut anvil).await;
    Ok(())
}

/// Asks anvil to end, and then makes it. As npm installs it, anvil is a script that starts the real program: a signal to the
/// script alone may leave the program running, so the whole process group is told.
#[cfg(unix)]
async fn stop(anvil: &mut Child) {
    use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group};

    // Only in a group of our own: started by hand from a script, we would end the script.
    let group_is_ours = getpgrp() == getpid();
    if group_is_ours {
        // It can only fail if the group is gone.
        let _ = kill_current_process_group(Signal::TERM);
    }
    let ended = timeout(GRACE, anvil.wait()).await.is_ok();
    if group_is_ours {
        // Ends us too, and whatever the script may have left. There is nothing to do after this.
        let _ = kill_current_process_group(Signal::KILL);
    }
    if !ended {
        // Neither can this fail in a way that leaves something to do.
        let _ = anvil.kill().await;
    }
}

#[cfg(not(unix))]
async fn stop(anvil: &mut Child) {
    // There are no signals to ask with. If it cannot be ended, there is nothing more to do.
    let _ = timeout(GRACE, anvil.kill()).await;
}
