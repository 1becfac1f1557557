//! Routes of identity, one file per resource.

mod access_log;
mod accounts;
mod challenges;
mod keys;
mod me;
mod my_sessions;
mod oauth;
mod phone;
mod second_factor;
mod sessions;
mod views;

use std::sync::Arc;

use actix_web::web;
use kernel::Cursor;
use problem::{Failure, FieldError, Kind, Message};
use serde::de::DeserializeOwned;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Identity;

/// Adds every route of identity.
pub(crate) fn routes(app: &Arc<Identity>, config: &mut ServiceConfig<'_>) {
    let data = web::Data::from(Arc::clone(app));
    config
        .service(
            scope("/api/identity/v1")
                .app_data(data.clone())
                .service(sessions::open_session)
                .service(sessions::refresh_session)
                .service(sessions::close_session)
                .service(phone::request_phone_code)
                .service(phone::open_phone_session)
                .service(challenges::pass_second_factor)
                .service(challenges::enrol_at_sign_in)
                .service(challenges::confirm_at_sign_in)
                .service(me::show_me)
                .service(me::change_password)
                .service(my_sessions::list_sessions)
                .service(my_sessions::close_sessions)
                .service(my_sessions::revoke_session)
                .service(my_sessions::revoke_sessions)
                .service(keys::list_signing_keys)
                .service(keys::rotate_signing_keys)
                .service(second_factor::show_second_factor)
                .service(second_factor::enrol_second_factor)
                .service(second_factor::confirm_second_factor)
                .service(second_factor::renew_recovery_codes)
                .service(second_factor::remove_second_factor)
                .service(second_factor::reset_second_factor)
                .service(accounts::register_account)
                .service(accounts::list_accounts)
                .service(accounts::show_account)
                .service(accounts::grant_role)
                .service(accounts::revoke_grant)
                .service(accounts::suspend_account)
                .service(accounts::resume_account)
                .service(access_log::list_access_log)
                .configure(oauth::routes),
        )
        .service(
            scope("/api/identity/.well-known")
                .app_data(data)
                .service(keys::show_jwks)
                .service(oauth::show_discovery),
        );
}

/// Reads the sort key out of a cursor of the list `list`.
fn sort_key<T: DeserializeOwned>(
    list: &'static str,
    cursor: Option<&str>,
) -> Result<Option<T>, Failure> {
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    Cursor::decode(list, cursor).map(Some).map_err(|error| {
        let detail = Message::bilingual(&error.to_string());
        let field = FieldError::new("/cursor", detail.clone());
        problem::quick_fields(Kind::Invalid, "cursor-invalid", detail, vec![field])
    })
}
