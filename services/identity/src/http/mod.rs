//! Routes of identity, one file per resource.

mod access_log;
mod accounts;
mod certifications;
mod contacts;
mod exclusions;
mod keys;
mod me;
mod my_contacts;
mod permissions;
mod reveals;
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
                .service(me::show_me)
                .service(me::change_password)
                .service(accounts::register_account)
                .service(accounts::list_accounts)
                .service(accounts::show_account)
                .service(accounts::grant_role)
                .service(accounts::revoke_grant)
                .service(accounts::suspend_account)
                .service(accounts::resume_account)
                .service(certifications::certify_grant)
                .service(certifications::list_certifications)
                .service(exclusions::exclude_account)
                .service(exclusions::list_exclusions)
                .service(exclusions::readmit_account)
                .service(exclusions::exclude_myself)
                .service(exclusions::list_my_exclusions)
                .service(permissions::explain_permission)
                .service(permissions::explain_account_permission)
                .configure(vault)
                .service(access_log::list_access_log),
        )
        .service(
            scope("/api/identity/.well-known")
                .app_data(data)
                .service(keys::show_jwks)
                .service(keys::show_discovery),
        );
}

/// The contact vault.
fn vault(config: &mut ServiceConfig<'_>) {
    config
        .service(my_contacts::register_my_contact)
        .service(my_contacts::list_my_contacts)
        .service(my_contacts::show_my_contact)
        .service(my_contacts::change_my_contact)
        .service(my_contacts::delete_my_contact)
        .service(contacts::register_contact)
        .service(contacts::find_contacts)
        .service(contacts::show_contact)
        .service(reveals::request_reveal)
        .service(reveals::list_reveals)
        .service(reveals::open_reveal)
        .service(reveals::approve_reveal)
        .service(reveals::refuse_reveal);
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
