//! OAuth 2.1 and OpenID Connect: in the words of their standards, errors too.

mod authorize;
mod clients;
mod discovery;
mod form;
mod issuer;
mod token;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use discovery::show_discovery;

/// Adds the routes, within the scope of the service.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(authorize::authorize_client)
        .service(token::exchange_token)
        .service(token::introspect_token)
        .service(token::revoke_token)
        .service(token::show_userinfo)
        .service(clients::register_client)
        .service(clients::list_clients)
        .service(clients::renew_client_secret)
        .service(clients::revoke_client);
}
