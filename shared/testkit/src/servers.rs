//! Servers that some tests need; `tests/servers` starts them, `tests/run` sees to it.

use std::env;

/// URL of a PostgreSQL server whose user may create databases and roles (`LINLI_TEST_POSTGRES`).
///
/// `None` says so in one line: the test has nothing to do then.
///
/// # Panics
/// There is none where it is required: on CI, or with `LINLI_TEST_SERVERS=required`.
pub fn postgres() -> Option<String> {
    server("LINLI_TEST_POSTGRES")
}

/// URL of a RabbitMQ server (`LINLI_TEST_AMQP`), under the conditions of [`postgres`].
///
/// # Panics
/// As [`postgres`].
pub fn amqp() -> Option<String> {
    server("LINLI_TEST_AMQP")
}

fn server(variable: &str) -> Option<String> {
    let url = env::var(variable).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        let required = env::var_os("CI").is_some()
            || env::var("LINLI_TEST_SERVERS").is_ok_and(|value| value == "required");
        assert!(!required, "{variable} is not set (see tests/servers)");
        eprintln!("{variable} is not set (see tests/servers): nothing was tested here");
    }
    url
}
