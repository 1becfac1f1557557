use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::OrganisationMoved;
use kernel::{OrgPath, TypedId};
use store::{StoreError, Tx, Writes};

use crate::app::{App, list_of_activities, list_of_volunteers, note_volunteer};
use crate::store::{
    PlaceList, hide_at, hide_task, list_activities_at, list_at, list_plans_at, list_teams_at,
    list_volunteers_at, save_activity_place, save_place, save_plan_place, save_team_place,
    save_volunteer_place, show_at, show_task,
};

/// Takes tasks along when an organisation goes to another place in the tree.
pub(crate) struct OnOrganisationMoved(pub(crate) Arc<App>);

#[async_trait]
impl Handler for OnOrganisationMoved {
    fn types(&self) -> &'static [&'static str] {
        &[OrganisationMoved::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let moved: OrganisationMoved = event.payload()?;
        for before in list_at(tx, &moved.from).await? {
            let Some(place) = before.org_path.rebased(&moved.from, &moved.path) else {
                continue;
            };
            let mut after = before.clone();
            after.org_path = place;
            save_place(tx, &after).await?;
            if before.is_listed() {
                let mut gone = Writes::default();
                hide_task(&mut gone, &before);
                gone.run(tx).await?;
                let mut shown = Writes::default();
                show_task(&mut shown, &after);
                shown.run(tx).await?;
            }
        }
        move_service(&self.0, tx, &moved).await?;
        Ok(())
    }
}

/// Takes volunteers, teams, activities and plans along.
async fn move_service(app: &App, tx: &Tx, moved: &OrganisationMoved) -> Result<(), StoreError> {
    for mut volunteer in list_volunteers_at(tx, &moved.from).await? {
        let Some(place) = volunteer.home.rebased(&moved.from, &moved.path) else {
            continue;
        };
        let list = list_of_volunteers(volunteer.state);
        relist(tx, list, (&volunteer.home, &place), volunteer.id).await?;
        let before = volunteer.clone();
        volunteer.home = place;
        save_volunteer_place(tx, &volunteer).await?;
        note_volunteer(app, tx, (Some(&before), &volunteer)).await?;
    }
    for mut team in list_teams_at(tx, &moved.from).await? {
        let Some(place) = team.org_path.rebased(&moved.from, &moved.path) else {
            continue;
        };
        relist(tx, PlaceList::Teams, (&team.org_path, &place), team.id).await?;
        team.org_path = place;
        save_team_place(tx, &team).await?;
    }
    for mut activity in list_activities_at(tx, &moved.from).await? {
        let Some(place) = activity.org_path.rebased(&moved.from, &moved.path) else {
            continue;
        };
        let list = list_of_activities(&activity);
        relist(tx, list, (&activity.org_path, &place), activity.id).await?;
        activity.org_path = place;
        save_activity_place(tx, &activity).await?;
    }
    for mut plan in list_plans_at(tx, &moved.from).await? {
        let Some(place) = plan.org_path.rebased(&moved.from, &moved.path) else {
            continue;
        };
        relist(
            tx,
            PlaceList::RosterPlans,
            (&plan.org_path, &place),
            plan.id,
        )
        .await?;
        plan.org_path = place;
        save_plan_place(tx, &plan).await?;
    }
    Ok(())
}

async fn relist(
    tx: &Tx,
    list: PlaceList,
    (from, to): (&OrgPath, &OrgPath),
    id: impl TypedId,
) -> Result<(), StoreError> {
    let mut gone = Writes::default();
    hide_at(&mut gone, list, from, id);
    gone.run(tx).await?;
    let mut shown = Writes::default();
    show_at(&mut shown, list, to, id);
    shown.run(tx).await
}
