//! What Prometheus is told. Labels come from this program's own words, never from a request.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

use super::{Service, answer::Refusal};
use crate::oracle::Oracle;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Request {
    pub(crate) route: String,
    pub(crate) method: &'static str,
    pub(crate) status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Route {
    pub(crate) route: String,
}

/// How something ended: one of a few words, or a code of an error.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Outcome {
    pub(crate) result: &'static str,
}

/// Which of the peers, by its place in the settings, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Pull {
    pub(crate) peer: u32,
    pub(crate) result: &'static str,
}

pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) requests: Family<Request, Counter>,
    pub(crate) durations: Family<Route, Histogram, fn() -> Histogram>,
    pub(crate) connections: Gauge,
    pub(crate) records: Family<Outcome, Counter>,
    pub(crate) disputes: Family<Outcome, Counter>,
    pub(crate) pulls: Family<Pull, Counter>,
    pub(crate) attestations: Family<Outcome, Counter>,
    log_size: Gauge,
    chain_block: Gauge,
    chain_block_time: Gauge,
    chain_is_current: Gauge,
    chain_reorganisations: Gauge,
}

fn durations() -> Histogram {
    // 0.1 ms to 3 s.
    Histogram::new(exponential_buckets(0.0001, 2.0, 16))
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("barter_reputation");
        let metrics = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(durations as fn() -> Histogram),
            connections: Gauge::default(),
            records: Family::default(),
            disputes: Family::default(),
            pulls: Family::default(),
            attestations: Family::default(),
            log_size: Gauge::default(),
            chain_block: Gauge::default(),
            chain_block_time: Gauge::default(),
            chain_is_current: Gauge::default(),
            chain_reorganisations: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Requests by route, method and status", metrics.requests.clone());
        registry.register("request_seconds", "Time to answer, by route", metrics.durations.clone());
        registry.register("connections", "Open connections", metrics.connections.clone());
        registry.register("records", "Outcomes and events sent, by what became of each", metrics.records.clone());
        registry.register("disputes", "Disputes sent, by what became of each", metrics.disputes.clone());
        registry.register("pulls", "Looks at peers, by how they ended", metrics.pulls.clone());
        registry.register(
            "attestations",
            "Attestations of peers, by what became of each",
            metrics.attestations.clone(),
        );
        registry.register("log_size", "Outcomes in the log", metrics.log_size.clone());
        registry.register("chain_block", "Block at which the chain was read; -1 if never", metrics.chain_block.clone());
        registry.register("chain_block_time", "Its time, Unix seconds", metrics.chain_block_time.clone());
        registry.register(
            "chain_is_current",
            "1 if the last look at the chain went well",
            metrics.chain_is_current.clone(),
        );
        registry.register(
            "chain_reorganisations",
            "Times a settled block was replaced",
            metrics.chain_reorganisations.clone(),
        );
        Self { registry, ..metrics }
    }
}

/// Counts since the start, and how things stand.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    responses((status = 200, description = "Prometheus' text", content_type = "application/openmetrics-text", body = String))
)]
pub(super) async fn get(State(service): State<Arc<Service>>) -> Result<impl IntoResponse, Refusal> {
    let metrics = &service.metrics;
    if let Ok(Ok((size, _))) = service.ask(Oracle::tree_head).await {
        metrics.log_size.set(i64::try_from(size).unwrap_or(i64::MAX));
    }
    {
        let known = service.known.borrow();
        let block = known.view.as_ref().map(|view| view.block);
        let gauge = |number: Option<u64>| number.map_or(-1, |number| i64::try_from(number).unwrap_or(i64::MAX));
        metrics.chain_block.set(gauge(block.map(|block| block.number)));
        metrics.chain_block_time.set(gauge(block.map(|block| block.time)));
        metrics.chain_is_current.set(i64::from(known.status() == "current"));
        metrics.chain_reorganisations.set(i64::try_from(known.reorganisations).unwrap_or(i64::MAX));
    }
    let mut text = String::new();
    encode(&mut text, &metrics.registry)
        .map_err(|_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", "the metrics could not be written"))?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text))
}
