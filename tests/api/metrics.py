"""Reads /metrics as a collector does, in both formats, with Prometheus' own parsers.

    metrics.py URL

The server tells its traces to somebody, so that requests of a kept trace leave exemplars.
"""

import sys
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

TRACE = "0af7651916cd43dd8448eb211c80319c"
DURATIONS = "http_server_request_duration_seconds"


def get(url, **headers):
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request) as answer:
        return answer.headers["content-type"], answer.read().decode()


def names(families):
    """Names of the samples: what a query speaks of is the same in both formats."""
    return {sample.name for family in families for sample in family.samples}


def main(base):
    get(f"{base}/api/ticketing/v1/publications", traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
    metrics = f"{base}/metrics"
    kind, text = get(metrics)
    assert kind.startswith("text/plain; version=0.0.4"), kind
    plain = list(prometheus(text))
    kind, text = get(metrics, accept="application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
    assert kind.startswith("application/openmetrics-text; version=1.0.0"), kind
    # strict: the end mark, the order, suffixes, buckets, exemplars
    open_families = list(openmetrics(text))
    missing = names(plain) - names(open_families)
    assert not missing, f"only in Prometheus' format: {missing}"
    histogram = next(family for family in open_families if family.name == DURATIONS)
    exemplars = [sample.exemplar for sample in histogram.samples if sample.exemplar]
    kept = [one for one in exemplars if one.labels == {"trace_id": TRACE}]
    assert len(kept) == 1, exemplars
    assert 0 < kept[0].value < 60 and float(kept[0].timestamp) > 1e9, kept
    print(f"metrics: {len(open_families)} families, {len(exemplars)} exemplars")


if __name__ == "__main__":
    main(sys.argv[1])
