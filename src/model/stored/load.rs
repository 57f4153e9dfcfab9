//! How the generator did, as a stored run holds it.

use super::StoredError;
use crate::model::{LoadFacts, LoadModel, TransportFacts};
use serde::{Deserialize, Serialize};

/// How the generator did; additive to CONTRACT's layout, needed to call a stored measurement void again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredLoad {
    /// `open` or `closed`.
    pub model: String,
    pub connections: u32,
    pub planned: u64,
    pub completed: u64,
    pub failed: u64,
    pub unsent: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_planned: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_achieved: Option<f64>,
    pub late: u64,
    pub max_lag_ns: u64,
    pub reconnects: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cpu_ns: Option<u64>,
    pub measured_ns: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<TransportFacts>,
}

pub(super) fn load_out(load: &LoadFacts) -> StoredLoad {
    StoredLoad {
        model: match load.model {
            LoadModel::Open => "open",
            LoadModel::Closed => "closed",
        }
        .to_string(),
        connections: load.connections,
        planned: load.planned,
        completed: load.completed,
        failed: load.failed,
        unsent: load.unsent,
        rate_planned: load.rate_planned,
        rate_achieved: load.rate_achieved,
        late: load.late,
        max_lag_ns: load.max_lag_ns,
        reconnects: load.reconnects,
        client_cpu_ns: load.client_cpu_ns,
        measured_ns: load.measured_ns,
        schedule: load.schedule.clone(),
        transport: load.transport.clone(),
    }
}

pub(super) fn load_in(stored: StoredLoad) -> Result<LoadFacts, StoredError> {
    let model = match stored.model.as_str() {
        "open" => LoadModel::Open,
        "closed" => LoadModel::Closed,
        other => return Err(StoredError(format!("load: expected model \"open\" or \"closed\", found {other:?}"))),
    };
    Ok(LoadFacts {
        model,
        connections: stored.connections,
        planned: stored.planned,
        completed: stored.completed,
        failed: stored.failed,
        unsent: stored.unsent,
        rate_planned: stored.rate_planned,
        rate_achieved: stored.rate_achieved,
        late: stored.late,
        max_lag_ns: stored.max_lag_ns,
        reconnects: stored.reconnects,
        client_cpu_ns: stored.client_cpu_ns,
        measured_ns: stored.measured_ns,
        schedule: stored.schedule,
        transport: stored.transport,
    })
}
