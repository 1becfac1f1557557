use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::OrganisationMoved;
use store::{Tx, Writes};

use crate::domain::task::TaskState;
use crate::store::{hide_task, list_at, save_place, show_task};

/// Takes tasks along when an organisation goes to another place in the tree.
pub(crate) struct OnOrganisationMoved;

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
            if before.state == TaskState::Open {
                let mut gone = Writes::default();
                hide_task(&mut gone, &before);
                gone.run(tx).await?;
                let mut shown = Writes::default();
                show_task(&mut shown, &after);
                shown.run(tx).await?;
            }
        }
        Ok(())
    }
}
