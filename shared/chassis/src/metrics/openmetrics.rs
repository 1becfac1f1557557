//! The text format of OpenMetrics 1.0, which is Prometheus' with exemplars.

use std::fmt::Write as _;

use prometheus::proto::{Histogram, LabelPair, Metric, MetricFamily, MetricType};

use super::exemplars::Exemplar;

/// Media type of what [`write`] makes.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const POSITIVE_INF: f64 = f64::INFINITY;

/// Says whether whoever asks prefers this format to Prometheus' own.
pub(crate) fn is_preferred(accept: &str) -> bool {
    weight(accept, "application/openmetrics-text") > 0.0
        && weight(accept, "application/openmetrics-text") >= weight(accept, "text/plain")
}

/// The largest weight that an `Accept` header gives a media type.
fn weight(accept: &str, media_type: &str) -> f64 {
    let mut largest: f64 = 0.0;
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        if !parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(media_type))
        {
            continue;
        }
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        largest = largest.max(weight);
    }
    largest
}

/// Writes families of figures; `exemplars` tells those of a histogram's series by bucket.
pub(crate) fn write(
    families: &[MetricFamily],
    exemplars: impl Fn(&str, &[LabelPair]) -> Vec<Option<Exemplar>>,
) -> String {
    let mut text = String::new();
    for family in families {
        // a counter's family has no suffix, its samples do
        let counter = family.get_field_type() == MetricType::COUNTER;
        let name = match family.name().strip_suffix("_total") {
            Some(stem) if counter => stem,
            _ => family.name(),
        };
        let kind = match family.get_field_type() {
            MetricType::COUNTER => "counter",
            MetricType::GAUGE => "gauge",
            MetricType::HISTOGRAM => "histogram",
            // nothing of ours makes the others
            MetricType::SUMMARY | MetricType::UNTYPED => continue,
        };
        put(&mut text, format_args!("# TYPE {name} {kind}\n"));
        if !family.help().is_empty() {
            put(&mut text, format_args!("# HELP {name} "));
            escape(&mut text, family.help());
            text.push('\n');
        }
        for metric in family.get_metric() {
            let labels = metric.get_label();
            match family.get_field_type() {
                MetricType::COUNTER => {
                    let value = metric.get_counter().get_value();
                    sample(&mut text, (name, "_total"), labels, None, value);
                    text.push('\n');
                }
                MetricType::HISTOGRAM => {
                    let exemplars = exemplars(name, labels);
                    histogram(&mut text, name, metric, &exemplars);
                }
                _ => {
                    let value = metric.get_gauge().get_value();
                    sample(&mut text, (name, ""), labels, None, value);
                    text.push('\n');
                }
            }
        }
    }
    text.push_str("# EOF\n");
    text
}

fn histogram(text: &mut String, name: &str, metric: &Metric, exemplars: &[Option<Exemplar>]) {
    let (histogram, labels) = (metric.get_histogram(), metric.get_label());
    for (bucket, (bound, count)) in buckets(histogram).enumerate() {
        sample(text, (name, "_bucket"), labels, Some(bound), count);
        if let Some(Some(exemplar)) = exemplars.get(bucket) {
            let Exemplar {
                trace_id,
                value,
                at,
            } = exemplar;
            let micros = at.micros();
            let (seconds, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
            put(
                text,
                format_args!(" # {{trace_id=\"{trace_id}\"}} {value} {seconds}.{rest:06}"),
            );
        }
        text.push('\n');
    }
    let count = whole(histogram.get_sample_count());
    sample(text, (name, "_count"), labels, None, count);
    text.push('\n');
    let sum = histogram.get_sample_sum();
    sample(text, (name, "_sum"), labels, None, sum);
    text.push('\n');
}

/// The buckets and how many there are in or below each, the one without an upper bound last.
fn buckets(histogram: &Histogram) -> impl Iterator<Item = (f64, f64)> {
    let bounded = histogram.get_bucket().iter();
    let bounded = bounded.filter(|bucket| bucket.upper_bound().is_finite());
    let bounded = bounded.map(|bucket| (bucket.upper_bound(), whole(bucket.cumulative_count())));
    bounded.chain([(POSITIVE_INF, whole(histogram.get_sample_count()))])
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "the format knows floating-point numbers alone"
)]
fn whole(count: u64) -> f64 {
    count as f64
}

fn sample(
    text: &mut String,
    (name, suffix): (&str, &str),
    labels: &[LabelPair],
    bound: Option<f64>,
    value: f64,
) {
    put(text, format_args!("{name}{suffix}"));
    let mut separator = '{';
    for label in labels {
        put(text, format_args!("{separator}{}=\"", label.name()));
        escape(text, label.value());
        text.push('"');
        separator = ',';
    }
    if let Some(bound) = bound {
        put(text, format_args!("{separator}le=\""));
        // as Go prints it: a whole bound has its point
        if bound.is_finite() {
            put(text, format_args!("{bound:?}"));
        } else {
            text.push_str("+Inf");
        }
        text.push('"');
        separator = ',';
    }
    if separator == ',' {
        text.push('}');
    }
    if value.is_nan() {
        text.push_str(" NaN");
    } else if value.is_infinite() {
        text.push_str(if value > 0.0 { " +Inf" } else { " -Inf" });
    } else {
        put(text, format_args!(" {value}"));
    }
}

fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    // a string takes everything
    text.write_fmt(what).ok();
}

fn escape(text: &mut String, what: &str) {
    for character in what.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests may")]
mod tests {
    use kernel::Timestamp;
    use prometheus::{Gauge, Histogram, HistogramOpts, IntCounterVec, Opts, Registry};

    use super::{is_preferred, write};
    use crate::metrics::exemplars::Exemplar;

    #[test]
    fn families_are_written_with_their_exemplars() {
        let registry = Registry::new();
        let events = Opts::new("events_total", "Events, \"all\"\nof them");
        let events = IntCounterVec::new(events, &["kind"]).expect("it is well-formed");
        events.with_label_values(&["a\\b\"c"]).inc_by(3);
        let age = Gauge::new("age_seconds", "Age").expect("it is well-formed");
        age.set(f64::NAN);
        let took = HistogramOpts::new("took_seconds", "Time").buckets(vec![0.25, 1.0]);
        let took = Histogram::with_opts(took).expect("it is well-formed");
        for value in [0.25, 0.5, 8.0] {
            took.observe(value);
        }
        registry.register(Box::new(events)).expect("it is new");
        registry.register(Box::new(age)).expect("it is new");
        registry.register(Box::new(took)).expect("it is new");
        let at = "2026-11-22T00:00:00.5Z".parse().expect("it is a time");
        let text = write(&registry.gather(), |name, _| {
            assert_eq!(name, "took_seconds");
            let exemplar = |value| Exemplar {
                trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
                value,
                at,
            };
            vec![None, Some(exemplar(0.5)), Some(exemplar(8.0))]
        });
        let trace = "# {trace_id=\"0af7651916cd43dd8448eb211c80319c\"}";
        let seconds = Timestamp::seconds(at);
        let expected = format!(
            "# TYPE age_seconds gauge\n\
             # HELP age_seconds Age\n\
             age_seconds NaN\n\
             # TYPE events counter\n\
             # HELP events Events, \\\"all\\\"\\nof them\n\
             events_total{{kind=\"a\\\\b\\\"c\"}} 3\n\
             # TYPE took_seconds histogram\n\
             # HELP took_seconds Time\n\
             took_seconds_bucket{{le=\"0.25\"}} 1\n\
             took_seconds_bucket{{le=\"1.0\"}} 2 {trace} 0.5 {seconds}.500000\n\
             took_seconds_bucket{{le=\"+Inf\"}} 3 {trace} 8 {seconds}.500000\n\
             took_seconds_count 3\n\
             took_seconds_sum 8.75\n\
             # EOF\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn the_format_is_chosen_by_whoever_asks() {
        for (accept, preferred) in [
            ("application/openmetrics-text", true),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                true,
            ),
            ("text/plain, application/openmetrics-text; q=0.5", false),
            ("Application/OpenMetrics-Text; q=1", true),
            ("application/openmetrics-text;q=0", false),
            ("application/openmetrics-text;q=x", false),
            ("text/html, */*", false),
            ("", false),
        ] {
            assert_eq!(is_preferred(accept), preferred, "{accept}");
        }
    }
}
