use kube::ResourceExt;

use super::Context;
use super::credentials::machine_name;
use super::reconcile::ReconcileError;
use crate::crd::{CONFIRM_PURGE, District};
use crate::domain::deletion::{Farewell, farewell as decide};
use crate::domain::divisions::Row;
use crate::platform::Unit;

/// Kinds that are divisions below a district, from the bottom: a place goes before the one above it.
const LEVELS: [&str; 3] = ["community", "street", "district"];

/// Takes leave of a district: data stay, unless a purge is asked for and confirmed; grants that were made for
/// the resource and its machine account end in any case.
pub(super) async fn farewell(district: &District, ctx: &Context) -> Result<(), ReconcileError> {
    let spec = &district.spec;
    let confirmation = district.annotations().get(CONFIRM_PURGE);
    let confirmation = confirmation.map(String::as_str);
    match decide(spec.deletion_policy, &spec.code, confirmation) {
        Farewell::Unconfirmed => return Err(ReconcileError::Unconfirmed),
        // a resource that never got as far as the registry has nothing there
        Farewell::Purge if is_registered(district) => withdraw(district, ctx).await?,
        Farewell::Purge | Farewell::Retain => {}
    }
    let status = district.status.as_ref();
    for held in status.iter().flat_map(|status| &status.administrators) {
        if let Some(grant) = &held.grant_id {
            let places = &ctx.platform.places;
            places.revoke_grant(&held.account_id, grant).await?;
        }
    }
    let registrar = &ctx.platform.registrar;
    let noted = status.and_then(|status| status.credentials.as_ref());
    let machine = if let Some(noted) = noted {
        Some(noted.client_id.clone())
    } else {
        // the resource may go before what was registered for it was noted there
        let found = registrar.machine(&machine_name(district)).await?;
        found.map(|machine| machine.client_id)
    };
    if let Some(client_id) = machine {
        registrar.revoke_machine(&client_id).await?;
    }
    Ok(())
}

fn is_registered(district: &District) -> bool {
    let status = district.status.as_ref();
    status.is_some_and(|status| status.path.is_some())
}

/// Withdraws the divisions from the bottom. What else is there (compounds, companies, committees) is not the
/// operator's to end: then nothing is done.
async fn withdraw(district: &District, ctx: &Context) -> Result<(), ReconcileError> {
    let places = &ctx.platform.places;
    let units = places.units_below(&district.spec.code).await?;
    let level = |unit: &Unit| LEVELS.iter().position(|level| *level == unit.kind);
    let others = units.iter().filter(|unit| level(unit).is_none()).count();
    if others > 0 {
        return Err(ReconcileError::NotEmpty(others));
    }
    for kind in LEVELS {
        let rows = units.iter().filter(|unit| unit.kind == kind);
        let rows: Vec<Row> = rows.cloned().map(withdrawal).collect();
        let done = places.import(&rows).await?;
        if !done.refused.is_empty() {
            return Err(ReconcileError::NotEmpty(done.refused.len()));
        }
    }
    Ok(())
}

fn withdrawal(unit: Unit) -> Row {
    Row {
        code: unit.code,
        name: unit.name,
        level: unit.kind,
        parent_code: unit.parent_code,
        withdrawn: true,
    }
}
