//! Where databases, broker and keys are, as the configuration says.

use chassis::{Config, DatabaseConfig};
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use store::Location;

fn read(text: &str) -> Result<Config, String> {
    let sources = Figment::from(Serialized::defaults(Config::default())).merge(Toml::string(text));
    Config::read(&sources).map_err(|error| error.to_string())
}

fn server(url: &str, schema: &str) -> Location {
    Location::Server {
        url: url.to_owned(),
        schema: schema.to_owned(),
    }
}

#[test]
fn a_service_may_have_a_server_of_its_own() {
    let all = "postgres://linli@db/linli";
    let own = "postgres://linli@other/linli";
    let config = read(&format!(
        "[database]\nurl = \"{all}\"\n[ticketing.database]\nurl = \"{own}\"\n[ticketing]\nx = 1"
    ));
    let config = config.unwrap();
    assert_eq!(config.location("registry"), server(all, "registry"));
    assert_eq!(config.location("ticketing"), server(own, "ticketing"));
    let files = read("").unwrap();
    let file = files.database_file("registry");
    assert_eq!(files.location("registry"), Location::File(file));
}

#[test]
fn what_is_no_address_is_refused_and_not_repeated() {
    for (text, key) in [
        (
            "[database]\nurl = \"mysql://me:secret@db/x\"",
            "database.url",
        ),
        ("[database]\nurl = \"secret\"", "database.url"),
        (
            "[registry.database]\nurl = \"secret\"",
            "registry.database.url",
        ),
        ("[registry.database]\nuri = \"postgres://db/x\"", "uri"),
        ("[bus]\nurl = \"http://me:secret@mq\"", "bus.url"),
        ("[auth]\njwks_url = \"ftp://secret\"", "auth.jwks_url"),
        ("[auth]\nrefresh_s = 0", "auth.refresh_s"),
        ("[http]\nrequest_timeout_s = 2", "http.longest_wait_ms"),
        (
            "[http]\ntrusted_proxies = [\"secret\"]",
            "http.trusted_proxies",
        ),
        (
            "[telemetry]\notlp_endpoint = \"secret\"",
            "telemetry.otlp_endpoint",
        ),
        ("[telemetry]\nsample_ratio = -0.1", "telemetry.sample_ratio"),
    ] {
        let refusal = read(text).unwrap_err();
        assert!(refusal.contains(key), "{text}: {refusal}");
        assert!(!refusal.contains("secret"), "{refusal}");
    }
}

#[test]
fn no_password_is_shown() {
    let config = read(
        "[database]\nurl = \"postgres://me:secret@db/linli\"\n\
         [ticketing.database]\nurl = \"postgres://me@db/linli?password=secret\"\n\
         [bus]\nurl = \"amqps://me:secret@mq/%2f\"\n\
         [auth]\njwks_url = \"http://me:secret@identity/keys\"",
    );
    let config = config.unwrap();
    let shown = config.shown();
    assert!(!format!("{config:?}").contains("secret"), "{config:?}");
    let own: Vec<&DatabaseConfig> = shown.databases.values().collect();
    let text = serde_json::to_string(&(&shown, own)).unwrap();
    assert!(!text.contains("secret") && text.contains("***"), "{text}");
    assert!(
        text.contains("@db/linli") && text.contains("@mq/"),
        "{text}"
    );
}

#[test]
fn some_of_the_services_need_a_broker() {
    assert!(read("").unwrap().check_subset().is_err());
    let config = read("[bus]\nurl = \"amqp://mq\"").unwrap();
    assert!(config.check_subset().is_ok());
}
