//! `barter reputation`

mod anchor;
mod demo;
mod export;
mod keygen;
mod outcomes;
mod register;
mod resolve;
mod score;
mod serve;
mod settings;
mod sign;
mod submit;
mod verify;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::{
    context::Context,
    error::Error,
    reputation::{self, Service},
    secret::read_text,
};

/// Reputation with a bond: outcomes that consumers sign, disputes that slash, and a score that anybody can recompute
#[derive(Subcommand)]
pub(crate) enum Reputation {
    Serve(serve::Serve),
    Keygen(keygen::Keygen),
    #[command(subcommand)]
    Register(register::Register),
    #[command(subcommand)]
    Sign(sign::Sign),
    Submit(submit::Submit),
    Score(score::Score),
    Outcomes(outcomes::Outcomes),
    Verify(verify::Verify),
    Export(export::Export),
    Resolve(resolve::Resolve),
    Anchor(anchor::AnchorCommand),
    Demo(demo::Demo),
}

impl Reputation {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Serve(command) => command.run(context).await,
            Self::Keygen(command) => command.run(context),
            Self::Register(command) => command.run(context).await,
            Self::Sign(command) => command.run(context),
            Self::Submit(command) => command.run(context).await,
            Self::Score(command) => command.run(context).await,
            Self::Outcomes(command) => command.run(context).await,
            Self::Verify(command) => command.run(context).await,
            Self::Export(command) => command.run(context).await,
            Self::Resolve(command) => command.run(context).await,
            Self::Anchor(command) => command.run(context).await,
            Self::Demo(command) => Box::pin(command.run(context)).await,
        }
    }
}

/// Where a service is, unless something else is said: where `barter reputation serve` puts it.
const DEFAULT_SERVICE: &str = "http://127.0.0.1:8420";

/// Which service is asked.
#[derive(Args)]
struct Asked {
    /// Address of the service
    #[arg(long, value_name = "URL", env = "BARTER_REPUTATION_URL", hide_env_values = true, default_value = DEFAULT_SERVICE)]
    service: String,
}

impl Asked {
    fn service(&self, context: &Context) -> Result<Service, Error> {
        Ok(Service::at(&self.service, context.request_timeout())?)
    }
}

/// What an operator proves itself with.
#[derive(Args)]
struct Operator {
    /// File with the operator's token, which only you can read; else `BARTER_REPUTATION_TOKEN`
    #[arg(long, value_name = "FILE", env = "BARTER_REPUTATION_TOKEN_FILE", hide_env_values = true)]
    token_file: Option<PathBuf>,
}

/// The file is its owner's alone. What cannot be looked at is for the reading to tell, and a pipe is nobody else's.
#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(metadata) = path.metadata().ok().filter(std::fs::Metadata::is_file) else { return Ok(()) };
    let mode = metadata.permissions().mode() & 0o777;
    if mode == mode & 0o700 {
        return Ok(());
    }
    Err(reputation::Error::TokenExposed { path: path.to_owned(), mode }.into())
}

#[cfg(not(unix))]
fn check_private(_path: &Path) -> Result<(), Error> {
    Ok(())
}

/// Environment variable with the operator's token.
const TOKEN_VARIABLE: &str = "BARTER_REPUTATION_TOKEN";
/// Longest token, in bytes.
const MAX_TOKEN_BYTES: u64 = 4_096;

impl Operator {
    /// The token, without the line end that an editor leaves.
    fn token(&self) -> Result<Option<String>, Error> {
        if let Some(path) = &self.token_file {
            check_private(path)?;
            return Ok(Some(read_text(path, MAX_TOKEN_BYTES)?.trim().to_owned()));
        }
        Ok(reputation::variable(TOKEN_VARIABLE).map(|token| token.trim().to_owned()))
    }

    /// The service, asked as its operator.
    fn service(&self, asked: &Asked, context: &Context) -> Result<Service, Error> {
        let reason = format!("no --token-file, and {TOKEN_VARIABLE} is not set");
        let token = self.token()?.filter(|token| !token.is_empty()).ok_or(reputation::Error::NoToken { reason })?;
        Ok(asked.service(context)?.with_token(&token)?)
    }
}
