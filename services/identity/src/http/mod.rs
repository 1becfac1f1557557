//! Routes of identity, one file per resource.

mod access_log;
mod accounts;
mod certifications;
mod challenges;
mod consents;
mod contacts;
mod exclusions;
mod guardianships;
mod keys;
mod me;
mod my_contacts;
mod my_sessions;
mod oauth;
mod permissions;
mod phone;
mod privacy;
mod reveals;
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
                .configure(oauth::routes)
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
                .configure(rights)
                .service(access_log::list_access_log),
        )
        .service(
            scope("/api/identity/.well-known")
                .app_data(data)
                .service(keys::show_jwks)
                .service(oauth::show_discovery),
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

/// Notices, consents and what the law gives people a right to.
fn rights(config: &mut ServiceConfig<'_>) {
    config
        .service(consents::list_notices)
        .service(consents::publish_notice)
        .service(consents::list_my_consents)
        .service(consents::set_my_consent)
        .service(consents::set_ward_consent)
        .service(guardianships::claim_guardianship)
        .service(guardianships::list_my_guardianships)
        .service(guardianships::end_guardianship)
        .service(guardianships::confirm_guardianship)
        .service(guardianships::refuse_guardianship)
        .service(guardianships::withdraw_guardianship)
        .service(privacy::export_my_data)
        .service(privacy::request_privacy)
        .service(privacy::list_my_privacy_requests)
        .service(privacy::list_privacy_requests)
        .service(privacy::answer_privacy_request);
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
