//! How the generator of a stored run did, and which part of the load was its own.

use super::StoredError;
use crate::model::{LoadFacts, LoadModel, Shard, TransportFacts};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredShard {
    pub index: u32,
    pub total: u32,
    /// Sixteen hexadecimal digits, because JSON numbers end at 2^53.
    pub fingerprint: String,
}

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

pub(super) fn shard_out(shard: Shard) -> StoredShard {
    StoredShard { index: shard.index, total: shard.total, fingerprint: format!("{:016x}", shard.fingerprint) }
}

pub(super) fn shard_in(stored: StoredShard) -> Result<Shard, StoredError> {
    let StoredShard { index, total, fingerprint } = stored;
    let parsed = u64::from_str_radix(&fingerprint, 16).ok().zip(Shard::new(index, total));
    let (fingerprint, shard) = parsed.ok_or_else(|| {
        StoredError(format!(
            "shard: expected an index from 1 to its total and a hexadecimal fingerprint, found {index}/{total} {fingerprint:?}"
        ))
    })?;
    Ok(Shard { fingerprint, ..shard })
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
