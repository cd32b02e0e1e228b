//! Commands that serve until they are told to stop.

use tokio::runtime::{Builder, Handle};

use crate::{context::Context, error::Error, output::Report, signal::Signals};

/// Starts a server on the threads of a runtime of its own, says what runs, and stops it at the first signal: what was begun is
/// answered, but a second signal does not wait for it. One that has `ended` by itself, which it never should, is an error.
pub(crate) async fn until_stopped<Server, Running: Report>(
    context: &Context,
    start: impl AsyncFnOnce(Handle) -> Result<(Server, Running), Error>,
    ended: impl AsyncFnOnce(&Server),
    stop: impl AsyncFnOnce(Server),
) -> Result<(), Error> {
    let system = |what| move |error: std::io::Error| Error::System { what, reason: error.to_string() };
    let mut signals = Signals::listen().map_err(system("listening to signals"))?;
    // As many threads as cores: this program's own is for commands that wait.
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(system("starting threads"))?;
    let served = async {
        let (server, running) = start(runtime.handle().clone()).await?;
        context.output().result(&running)?;
        let has_ended = tokio::select! {
            () = ended(&server) => true,
            _ = signals.next_not_ignored() => false,
        };
        if has_ended {
            let reason = "it has ended by itself; its log says why".to_owned();
            return Err(Error::System { what: "serving", reason });
        }
        tokio::select! {
            () = stop(server) => {}
            _ = signals.next_not_ignored() => {}
        }
        Ok(())
    };
    let served = served.await;
    runtime.shutdown_background();
    served
}
