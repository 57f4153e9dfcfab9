//! Words and times of a baseline file as they are read: an unknown one is an error at its place.

use super::layout::{NEW_LEVEL, Pin};
use crate::model::{Better, Evidence};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

pub fn better<'de, D: Deserializer<'de>>(input: D) -> Result<Better, D::Error> {
    let name = String::deserialize(input)?;
    let better = Better::from_name(&name);
    if better.as_str() == name { Ok(better) } else { Err(D::Error::custom(format!("unknown direction {name:?}"))) }
}

pub fn evidence<'de, D: Deserializer<'de>>(input: D) -> Result<Evidence, D::Error> {
    let name = <&str>::deserialize(input)?;
    Evidence::from_name(name).ok_or_else(|| D::Error::custom(format!("unknown evidence {name:?}")))
}

pub fn pin<'de, D: Deserializer<'de>>(input: D) -> Result<Pin, D::Error> {
    let name = String::deserialize(input)?;
    Pin::from_name(&name).ok_or_else(|| D::Error::custom(format!("unknown pin {name:?}")))
}

pub fn level<'de, D: Deserializer<'de>>(input: D) -> Result<bool, D::Error> {
    let name = String::deserialize(input)?;
    if name == NEW_LEVEL { Ok(true) } else { Err(D::Error::custom(format!("unknown level {name:?}"))) }
}

/// RFC 3339 as ns since the epoch.
pub fn time<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
    let text = <&str>::deserialize(input)?;
    let time: jiff::Timestamp = text.parse().map_err(|_| D::Error::custom(format!("no RFC 3339 time: {text:?}")))?;
    u64::try_from(time.as_nanosecond()).map_err(|_| D::Error::custom(format!("a time before 1970: {text:?}")))
}

pub fn time_if_any<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u64>, D::Error> {
    time(input).map(Some)
}
