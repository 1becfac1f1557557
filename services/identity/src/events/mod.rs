//! What identity tells the others, and what it hears from registry and ticketing.

mod callback_invited;
mod caller_invited;
mod organisation_moved;

pub(crate) use callback_invited::OnCallbackInvited;
pub(crate) use caller_invited::OnCallerInvited;
pub(crate) use organisation_moved::OnOrganisationMoved;

use bus::{Envelope, EventMeta};
use contracts::identity::{
    AccountDisconnected, AccountExcluded, AccountGranted, AccountReadmitted, AccountRegistered,
    AccountReminded, AccountRevoked,
};
use kernel::{ExclusionId, IdSourceExt, OrgPath};

use crate::app::{Caller, Identity};
use crate::domain::{Account, Exclusion, HeldGrant};

pub(crate) fn registered(app: &Identity, caller: &Caller, account: &Account) -> Envelope {
    let payload = AccountRegistered {
        account_id: account.id,
    };
    Envelope::new(meta(app, caller, account, &OrgPath::root()), &payload)
}

pub(crate) fn granted(
    app: &Identity,
    caller: &Caller,
    account: &Account,
    grant: &HeldGrant,
) -> Envelope {
    let payload = AccountGranted {
        account_id: account.id,
        grant_id: grant.id,
        role: grant.role,
        org_path: grant.path.clone(),
    };
    Envelope::new(meta(app, caller, account, &grant.path), &payload)
}

pub(crate) fn revoked(
    app: &Identity,
    caller: &Caller,
    account: &Account,
    grant: &HeldGrant,
) -> Envelope {
    let payload = AccountRevoked {
        account_id: account.id,
        grant_id: grant.id,
    };
    Envelope::new(meta(app, caller, account, &grant.path), &payload)
}

pub(crate) fn disconnected(app: &Identity, caller: &Caller, account: &Account) -> Envelope {
    let payload = AccountDisconnected {
        account_id: account.id,
    };
    Envelope::new(meta(app, caller, account, &OrgPath::root()), &payload)
}

pub(crate) fn reminded(
    app: &Identity,
    caller: &Caller,
    account: &Account,
    grant: &HeldGrant,
) -> Envelope {
    let payload = AccountReminded {
        account_id: account.id,
        grant_id: grant.id,
        role: grant.role,
        org_path: grant.path.clone(),
        certified_until: grant.certified_until.unwrap_or(caller.now),
    };
    Envelope::new(meta(app, caller, account, &grant.path), &payload)
}

pub(crate) fn excluded(
    app: &Identity,
    caller: &Caller,
    account: &Account,
    exclusion: &Exclusion,
) -> Envelope {
    let payload = AccountExcluded {
        account_id: account.id,
        exclusion_id: exclusion.id,
        organisation: exclusion.about.organisation().cloned(),
        person: exclusion.about.person(),
    };
    Envelope::new(meta(app, caller, account, &OrgPath::root()), &payload)
}

pub(crate) fn readmitted(
    app: &Identity,
    caller: &Caller,
    account: &Account,
    exclusion: ExclusionId,
) -> Envelope {
    let payload = AccountReadmitted {
        account_id: account.id,
        exclusion_id: exclusion,
    };
    Envelope::new(meta(app, caller, account, &OrgPath::root()), &payload)
}

fn meta(app: &Identity, caller: &Caller, account: &Account, place: &OrgPath) -> EventMeta {
    EventMeta {
        id: app.ids.next(),
        subject: account.id.to_string(),
        aggregate_version: account.version.get(),
        time: caller.now,
        district: place
            .leaf()
            .map(|code| code.district().to_owned())
            .unwrap_or_default(),
        actor: caller.account.map(|account| account.to_string()),
        correlation_id: caller.trace.trace_id.clone(),
        causation_id: None,
        traceparent: Some(caller.trace.traceparent()),
    }
}
