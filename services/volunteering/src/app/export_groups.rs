//! Rows of exports about what people serve in: teams and activities.

use kernel::Named;
use store::StoreError;

use super::App;
use super::export_rows::{
    ALL_ACTIVITIES, ExportPage, PAGE, behind_list, cells, kind_title, leaf, span_of,
};
use crate::domain::activity::Activity;
use crate::domain::export_job::{Behind, ServiceExport};
use crate::domain::exports::ExportTable;
use crate::domain::team::Team;
use crate::store::{PlaceList, list_in, list_teams, load_activities};

pub(super) async fn teams(
    app: &App,
    export: &ServiceExport,
    table: &ExportTable,
) -> Result<ExportPage, StoreError> {
    let (db, wanted) = (app.db.reader(), &export.wanted);
    let after = export.behind.team;
    let ids = list_in(db, PlaceList::Teams, &wanted.place, after, PAGE).await?;
    let found = list_teams(db, &ids, export.account).await?;
    let title = |kind: &str| {
        let title = app.catalogue.teams.get(kind);
        title
            .map(|title| if wanted.english { &title.en } else { &title.zh })
            .cloned()
            .unwrap_or_default()
    };
    let row = |(team, members): &(Team, usize)| {
        cells(table, |field| match field {
            "team" => team.id.to_string(),
            "place" => leaf(&team.org_path),
            "kind" => team.kind.clone(),
            "kind_title" => title(&team.kind),
            "name" => team.name.clone(),
            "members" => members.to_string(),
            "founded_on" => team.created_at.date_in(&app.catalogue.zone).to_string(),
            _ => String::new(),
        })
    };
    let full = u64::try_from(ids.len()) == Ok(PAGE);
    let next = ids.last().filter(|_| full).map(|last| Behind {
        team: Some(*last),
        ..Behind::default()
    });
    Ok((found.iter().map(row).collect(), next))
}

/// Those that were opened in the days that are wanted, drafts too.
pub(super) async fn activities(
    app: &App,
    export: &ServiceExport,
    table: &ExportTable,
) -> Result<ExportPage, StoreError> {
    let (db, wanted, behind) = (app.db.reader(), &export.wanted, &export.behind);
    let Some(list) = ALL_ACTIVITIES.get(behind.list) else {
        return Ok((Vec::new(), None));
    };
    let ids = list_in(db, *list, &wanted.place, behind.activity, PAGE).await?;
    let zone = &app.catalogue.zone;
    let (from, until) = span_of(zone, wanted.from, wanted.to);
    let mut found = load_activities(db, &ids).await?;
    found.retain(|activity| (from..until).contains(&activity.created_at));
    let row = |activity: &Activity| {
        cells(table, |field| match field {
            "activity" => activity.id.to_string(),
            "place" => leaf(&activity.org_path),
            "kind" => activity.kind.clone(),
            "kind_title" => kind_title(app, &activity.kind, wanted),
            "title" => activity.title.clone(),
            "team" => activity
                .team
                .map(|team| team.to_string())
                .unwrap_or_default(),
            "state" => activity.state.name().to_owned(),
            "opened_on" => activity.created_at.date_in(zone).to_string(),
            _ => String::new(),
        })
    };
    let at = Behind {
        list: behind.list,
        activity: ids.last().copied(),
        ..Behind::default()
    };
    let full = u64::try_from(ids.len()) == Ok(PAGE);
    let next = behind_list(behind, ALL_ACTIVITIES.len(), full, at);
    Ok((found.iter().map(row).collect(), next))
}
