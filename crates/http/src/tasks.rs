//! What runs until it is told to stop.

use tokio::{sync::watch, task::JoinHandle};

/// Tasks that end together: with [`stop`](Self::stop), and when this is dropped.
#[derive(Debug)]
pub struct Tasks {
    stopping: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

impl Tasks {
    /// None, yet.
    pub fn new() -> Self {
        Self { stopping: watch::Sender::new(false), running: Vec::new() }
    }

    /// Becomes true, or ends, when it is time to stop.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Runs one more, on the runtime that this is called in. It has to end soon after [`stopping`](Self::stopping) says so.
    pub fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.running.push(tokio::spawn(task));
    }

    /// Tells all of them to stop, and returns when they have.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        for task in std::mem::take(&mut self.running) {
            // A panic in it was told where it happened.
            let _ = task.await;
        }
    }
}

impl Default for Tasks {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.stopping.send_replace(true);
    }
}
