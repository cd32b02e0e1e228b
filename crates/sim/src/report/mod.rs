//! Results for programs and for people: JSON, Parquet and a page of HTML.
//!
//! Each function writes to whatever it is given, and the same results give the same bytes on every machine. Where the files
//! go, and what they are called, is for the caller.
//!
//! | function | for | holds |
//! |---|---|---|
//! | [`write_json`], [`write_sweep_json`], [`write_comparison_json`] | programs | everything but the lists of wallets and agents |
//! | [`write_wallets`], [`write_agents`], [`write_curves`], [`write_detectors`], [`write_sweep`] | `DuckDB`, `pandas` | tables, a file each |
//! | [`write_html`], [`write_sweep_html`], [`write_comparison_html`] | people | a page with plots, in one file that refers to no other |

mod html;
mod json;
mod parquet;

pub use html::{write_comparison_html, write_html, write_sweep_html};
pub use json::{SCHEMA, write_comparison_json, write_json, write_sweep_json};
pub use parquet::{write_agents, write_curves, write_detectors, write_sweep, write_wallets};

use std::io;

use crate::Outcome;

/// This crate's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It went nowhere: a full disk, a closed pipe.
    #[error("the report cannot be written: {0}")]
    Write(#[from] io::Error),
    /// A table's file refused what it was given, or where it goes refused the file.
    #[error("the table {table} cannot be written: {source}")]
    Table {
        /// Which one.
        table: &'static str,
        /// Why.
        #[source]
        source: ::parquet::errors::ParquetError,
    },
}

/// Text without its quotes, all else as in TOML.
fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// The best area under a ROC curve of an outcome's detectors.
fn best_auc(outcome: &Outcome) -> Option<f64> {
    let detectors = outcome.findings.iter().flat_map(|findings| &findings.detectors);
    detectors.filter_map(|detector| detector.auc).max_by(f64::total_cmp)
}
