use contracts::Event;
use kernel::{EventId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use store::OutboxRecord;

const SPEC_VERSION: &str = "1.0";
const CONTENT_TYPE: &str = "application/json";
/// Stands in a routing key for a district that an event does not have.
const NO_DISTRICT: &str = "000000";

/// An event on its way: `CloudEvents` 1.0 with the extensions that readers need.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The event.
    pub id: EventId,
    /// `CloudEvents` type: `linli.<service>.<aggregate>.<past verb>.v<n>`.
    pub kind: String,
    /// Who says so: `/linli/<service>`.
    pub source: String,
    /// Id of the aggregate; events of one subject stay in order.
    pub subject: String,
    /// When it happened.
    pub time: Timestamp,
    /// Version of the aggregate after the event.
    pub aggregate_version: i64,
    /// Six digits of the district (区县), empty when it concerns the whole city.
    pub district: String,
    /// Account that caused it, none for the system itself.
    pub actor: Option<String>,
    /// Same for everything that follows from one request.
    pub correlation_id: String,
    /// Event that this one answers.
    pub causation_id: Option<EventId>,
    /// W3C trace context of the cause.
    pub traceparent: Option<String>,
    /// The payload.
    pub data: Value,
}

/// What an event says about itself besides its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventMeta {
    /// The event, from `IdSource`.
    pub id: EventId,
    /// Id of the aggregate.
    pub subject: String,
    /// Version of the aggregate after the event.
    pub aggregate_version: i64,
    /// When it happened.
    pub time: Timestamp,
    /// Six digits of the district, empty when it concerns the whole city.
    pub district: String,
    /// Account that caused it, none for the system itself.
    pub actor: Option<String>,
    /// Same for everything that follows from one request, e.g. its trace id.
    pub correlation_id: String,
    /// Event that this one answers.
    pub causation_id: Option<EventId>,
    /// W3C trace context of the cause.
    pub traceparent: Option<String>,
}

impl EventMeta {
    /// Describes an event that answers `cause`: same district, actor, correlation and trace.
    #[must_use]
    pub fn caused_by(
        cause: &Envelope,
        id: EventId,
        subject: String,
        aggregate_version: i64,
        time: Timestamp,
    ) -> Self {
        Self {
            id,
            subject,
            aggregate_version,
            time,
            district: cause.district.clone(),
            actor: cause.actor.clone(),
            correlation_id: cause.correlation_id.clone(),
            causation_id: Some(cause.id),
            traceparent: cause.traceparent.clone(),
        }
    }
}

/// Why a payload does not read.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// The event is of another type.
    #[error("the event is a {found}, not a {wanted}")]
    OtherType {
        /// Type asked for.
        wanted: &'static str,
        /// Type of the event.
        found: String,
    },
    /// The payload lacks something or has it in another form.
    #[error("payload does not read as {kind}")]
    Malformed {
        /// Type of the event.
        kind: &'static str,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
}

/// Why a text is not an envelope.
#[derive(Debug, thiserror::Error)]
#[error("envelope does not read")]
pub struct EnvelopeError(#[from] serde_json::Error);

impl Envelope {
    /// Wraps a payload.
    #[must_use]
    pub fn new<P: Event>(meta: EventMeta, payload: &P) -> Self {
        // Payloads are plain structs of the contracts, and a test there writes each of them: if one
        // ever fails, its readers keep a dead letter instead of the writer losing its transaction.
        let data = serde_json::to_value(payload).unwrap_or_else(|error| {
            tracing::error!(event.type = P::TYPE, %error, "event payload cannot be written");
            Value::Null
        });
        Self {
            id: meta.id,
            kind: P::TYPE.to_owned(),
            source: format!("/linli/{}", part(P::TYPE, 1)),
            subject: meta.subject,
            time: meta.time,
            aggregate_version: meta.aggregate_version,
            district: meta.district,
            actor: meta.actor,
            correlation_id: meta.correlation_id,
            causation_id: meta.causation_id,
            traceparent: meta.traceparent,
            data,
        }
    }

    /// Reads the payload.
    ///
    /// # Errors
    /// The event is of another type, or the payload has another form.
    pub fn payload<P: Event>(&self) -> Result<P, PayloadError> {
        if self.kind != P::TYPE {
            return Err(PayloadError::OtherType {
                wanted: P::TYPE,
                found: self.kind.clone(),
            });
        }
        P::deserialize(&self.data).map_err(|source| PayloadError::Malformed {
            kind: P::TYPE,
            source,
        })
    }

    /// Key by which a broker routes the event: `<district>.<service>.<aggregate>.<verb>`.
    #[must_use]
    pub fn routing_key(&self) -> String {
        let district = if self.district.is_empty() {
            NO_DISTRICT
        } else {
            &self.district
        };
        let kind = &self.kind;
        format!(
            "{district}.{}.{}.{}",
            part(kind, 1),
            part(kind, 2),
            part(kind, 3)
        )
    }

    /// Returns the trace id within `traceparent`, empty when there is none.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        let parent = self.traceparent.as_deref().unwrap_or_default();
        parent.split('-').nth(1).unwrap_or_default()
    }

    /// Returns the row under which the outbox keeps the event.
    #[must_use]
    pub fn to_record(&self) -> OutboxRecord {
        OutboxRecord {
            event_id: self.id,
            aggregate: self.subject.clone(),
            body: self.to_json(),
            created_at: self.time,
        }
    }

    /// Writes the envelope as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, numbers and a JSON value: there is nothing here that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads an envelope; unknown extensions are ignored, as `CloudEvents` asks.
    ///
    /// # Errors
    /// The text is no JSON, an attribute is missing or of another form, or it is not `CloudEvents` 1.0.
    pub fn from_json(text: &str) -> Result<Self, EnvelopeError> {
        Ok(serde_json::from_str(text)?)
    }
}

pub(crate) fn part(kind: &str, index: usize) -> &str {
    kind.split('.').nth(index).unwrap_or_default()
}

#[derive(Serialize)]
struct Written<'a> {
    specversion: &'static str,
    id: EventId,
    #[serde(rename = "type")]
    kind: &'a str,
    source: &'a str,
    subject: &'a str,
    time: Timestamp,
    datacontenttype: &'static str,
    aggregateversion: i64,
    districtcode: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a str>,
    correlationid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    causationid: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    data: &'a Value,
}

impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            specversion: SPEC_VERSION,
            id: self.id,
            kind: &self.kind,
            source: &self.source,
            subject: &self.subject,
            time: self.time,
            datacontenttype: CONTENT_TYPE,
            aggregateversion: self.aggregate_version,
            districtcode: &self.district,
            actor: self.actor.as_deref(),
            correlationid: &self.correlation_id,
            causationid: self.causation_id,
            traceparent: self.traceparent.as_deref(),
            data: &self.data,
        }
        .serialize(serializer)
    }
}

#[derive(Deserialize)]
struct Read {
    specversion: String,
    id: EventId,
    #[serde(rename = "type")]
    kind: String,
    source: String,
    subject: String,
    time: Timestamp,
    #[serde(default)]
    datacontenttype: Option<String>,
    aggregateversion: i64,
    #[serde(default)]
    districtcode: String,
    #[serde(default)]
    actor: Option<String>,
    correlationid: String,
    #[serde(default)]
    causationid: Option<EventId>,
    #[serde(default)]
    traceparent: Option<String>,
    data: Value,
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        if read.specversion != SPEC_VERSION {
            return Err(de::Error::custom("specversion is not 1.0"));
        }
        if read
            .datacontenttype
            .is_some_and(|kind| kind != CONTENT_TYPE)
        {
            return Err(de::Error::custom("datacontenttype is not application/json"));
        }
        Ok(Self {
            id: read.id,
            kind: read.kind,
            source: read.source,
            subject: read.subject,
            time: read.time,
            aggregate_version: read.aggregateversion,
            district: read.districtcode,
            actor: read.actor,
            correlation_id: read.correlationid,
            causation_id: read.causationid,
            traceparent: read.traceparent,
            data: read.data,
        })
    }
}
