//! Every event type with an example and its schema: the source of the golden files and of AsyncAPI.

use std::time::Duration;

use kernel::{
    AccountId, ActivityId, AgreementId, CertificateId, ClaimId, ContactId, ExclusionId, GrantId,
    HoursObjectionId, ListEntryId, MeetingId, OrderId, OrgCode, OrgPath, PublicationId, ReportInId,
    RequestId, ResolutionId, Role, ServiceRecordId, ShiftId, SignUpId, TaskId, Timestamp, TypedId,
    VolunteerId,
};
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::Event;
use crate::identity::{
    AccountDisconnected, AccountExcluded, AccountGranted, AccountReadmitted, AccountRegistered,
    AccountReminded, AccountRevoked,
};
use crate::registry::{
    AgreementConcluded, AgreementEnded, AgreementFacts, AgreementProposed, ClaimConfirmed,
    ClaimEnded, ClaimFacts, ClaimProposed, CompoundCounted, GridDrawn, MeetingCalled, OrgKind,
    OrganisationClosed, OrganisationEstablished, OrganisationMoved, OrganisationRenamed,
    ReportInConfirmed, ReportInEnded, ResolutionPassed,
};
use crate::ticketing::{
    Escalation, OrderAdvanced, OrderAlerted, OrderAssisted, OrderCallbackInvited,
    OrderCallerInvited, OrderFacts, OrderMerged, OrderOffered, OrderOpened, OrderPetitioned,
    OrderProgressed, OrderPublished, OrderRecalled, OrderRescheduled,
};
use crate::volunteering::{
    ActivityPublished, CertificateIssued, CertificateRevoked, HoursConfirmed,
    HoursObjectionAnswered, SignUpChanged, SignUpFacts, SignUpReminded, TaskClaimed, TaskInvited,
    TaskOpened, TaskReleased, TaskReminded, VolunteerChanged,
};

/// One event type as documentation shows it.
pub struct Entry {
    /// CloudEvents type.
    pub kind: &'static str,
    /// Name of the payload type.
    pub name: String,
    /// JSON Schema of the payload.
    pub schema: RefOr<Schema>,
    /// Schemas that `schema` refers to, by name.
    pub referenced: Vec<(String, RefOr<Schema>)>,
    /// An example payload.
    pub example: Value,
}

fn entry<P: Event + ToSchema + PartialSchema>(example: &P) -> Entry {
    let mut referenced = Vec::new();
    P::schemas(&mut referenced);
    Entry {
        kind: P::TYPE,
        name: P::name().into_owned(),
        schema: P::schema(),
        referenced,
        example: serde_json::to_value(example).unwrap_or(Value::Null),
    }
}

/// Ids of examples: recognisably made up, the same in every run.
fn id<I: TypedId>(number: u128) -> I {
    I::from_uuid(uuid::Uuid::from_u128(
        0x0190_0000_0000_7000_8000_0000_0000_0000 + number,
    ))
}

fn facts(compound: &OrgCode, path: &OrgPath) -> OrderFacts {
    OrderFacts {
        order_id: id::<OrderId>(1),
        number: "WD20261122-00000001".to_owned(),
        workflow: "five-order".to_owned(),
        state: "dispatched".to_owned(),
        round: 1,
        org_code: compound.clone(),
        org_path: path.clone(),
        unit_path: None,
        category: Some("0102".to_owned()),
        requester: Some(id::<AccountId>(2)),
        assignee: None,
        panel: Vec::new(),
        joint_requesters: Vec::new(),
        about: None,
        waiting_for: vec![Role::PartyMember],
        due_at: Timestamp::from_micros(1_795_305_600_000_000).ok(),
    }
}

fn invited(compound: &OrgCode) -> OrderCallbackInvited {
    OrderCallbackInvited {
        order_id: id::<OrderId>(1),
        number: "LB20261122-00000001".to_owned(),
        org_code: compound.clone(),
        requester: id::<AccountId>(2),
        token: "0".repeat(64),
        expires_at: Timestamp::UNIX_EPOCH,
    }
}

fn caller_invited(compound: &OrgCode, path: &OrgPath) -> OrderCallerInvited {
    OrderCallerInvited {
        order_id: id::<OrderId>(1),
        number: "LB20261122-00000001".to_owned(),
        org_code: compound.clone(),
        org_path: path.clone(),
        contact: id::<ContactId>(9),
        token: "0".repeat(64),
        expires_at: Timestamp::UNIX_EPOCH,
    }
}

/// Lists every event type, in the order of their names.
///
/// # Errors
/// A place of the examples does not parse; a test holds that it never happens.
pub fn entries() -> Result<Vec<Entry>, kernel::OrgPathError> {
    let path: OrgPath = "/420105000000/420105011000/420105011010/420105011010.X01/".parse()?;
    let Some(compound) = path.leaf() else {
        return Ok(Vec::new());
    };
    let account = id::<AccountId>(2);
    let order = id::<OrderId>(1);
    let publication = id::<PublicationId>(5);
    let mut entries = vec![
        entry(&OrderOpened {
            order: facts(&compound, &path),
            channel: "app".to_owned(),
        }),
        entry(&OrderAdvanced {
            order: facts(&compound, &path),
            action: "dispatch".to_owned(),
            from: "requested".to_owned(),
        }),
        entry(&OrderOffered {
            order_id: order,
            number: "WD20261122-00000001".to_owned(),
            org_code: compound.clone(),
            org_path: path.clone(),
            round: 1,
            category: Some("0102".to_owned()),
            roles: vec![Role::PartyMember],
            teams: vec!["five_elders".to_owned()],
            requester: Some(account),
        }),
        entry(&OrderRecalled { order_id: order }),
        entry(&OrderPublished {
            order_id: order,
            number: "WD20261122-00000001".to_owned(),
            publication_id: publication,
            org_code: compound.clone(),
        }),
        entry(&OrderRescheduled {
            order: facts(&compound, &path),
        }),
        entry(&OrderPetitioned {
            order: facts(&compound, &path),
            request_id: id::<RequestId>(7),
            request_kind: "extend".to_owned(),
            request_state: "pending".to_owned(),
            request_number: 1,
            request_applicant: id::<AccountId>(9),
            request_deciders: vec![Role::DistrictOperator],
        }),
        entry(&OrderAlerted {
            order: facts(&compound, &path),
            clock: "dispatch".to_owned(),
            level: "due".to_owned(),
            missed: true,
            supervised: true,
            remind: true,
            escalated: Some(Escalation {
                scope: "420105011010".to_owned(),
                role: Role::CommunityDispatcher,
            }),
        }),
        entry(&OrderAssisted {
            order: facts(&compound, &path),
            part: 1,
            part_unit: "/420105000000/420105000000.SW/".parse()?,
            part_state: "asked".to_owned(),
            part_due_at: Timestamp::UNIX_EPOCH,
        }),
        entry(&OrderMerged {
            order: OrderFacts {
                joint_requesters: vec![id::<AccountId>(8)],
                ..facts(&compound, &path)
            },
            merged_id: id::<OrderId>(9),
            merged_number: "WD20261122-00000002".to_owned(),
            undone: false,
        }),
        entry(&OrderProgressed {
            order_id: id::<OrderId>(1),
            number: "WD20261122-00000001".to_owned(),
            workflow: "five-order".to_owned(),
            state: "published".to_owned(),
            step: OrderProgressed::ENDED.to_owned(),
            org_code: compound.clone(),
            followers: vec![id::<AccountId>(8)],
        }),
        entry(&invited(&compound)),
        entry(&caller_invited(&compound, &path)),
    ];
    entries.extend(of_identity(&compound, &path));
    entries.extend(of_registry(&compound, &path)?);
    entries.extend(of_volunteering(&path));
    entries.sort_by_key(|entry| entry.kind);
    Ok(entries)
}

fn of_volunteering(path: &OrgPath) -> Vec<Entry> {
    let activity_id = id::<ActivityId>(11);
    let (task, order, account) = (id::<TaskId>(3), id::<OrderId>(1), id::<AccountId>(2));
    let sign_up = SignUpFacts {
        sign_up_id: id::<SignUpId>(12),
        shift_id: id::<ShiftId>(13),
        activity_id,
        volunteer: id::<AccountId>(2),
        org_path: path.clone(),
        state: "offered".to_owned(),
        begins_at: Timestamp::UNIX_EPOCH,
        ends_at: Timestamp::UNIX_EPOCH,
        due_at: Some(Timestamp::UNIX_EPOCH),
    };
    vec![
        entry(&TaskOpened {
            task_id: task,
            order_id: order,
            number: "WD20261122-00000001".to_owned(),
            org_path: path.clone(),
            roles: vec![Role::PartyMember],
            requester: Some(id::<AccountId>(4)),
        }),
        entry(&TaskClaimed {
            task_id: task,
            order_id: order,
            volunteer: account,
        }),
        entry(&TaskInvited {
            task_id: task,
            order_id: order,
            number: "WD20261122-00000001".to_owned(),
            org_path: path.clone(),
            volunteer: account,
            due_at: Timestamp::UNIX_EPOCH,
            origin: None,
            position: None,
        }),
        entry(&TaskReminded {
            task_id: task,
            order_id: order,
            number: "WD20261122-00000001".to_owned(),
            org_path: path.clone(),
            volunteer: account,
            due_at: Timestamp::UNIX_EPOCH,
        }),
        entry(&TaskReleased {
            task_id: task,
            order_id: order,
            volunteer: account,
            reason: None,
        }),
        entry(&VolunteerChanged {
            volunteer_id: id::<VolunteerId>(10),
            volunteer: id::<AccountId>(2),
            home: path.clone(),
            state: "certified".to_owned(),
        }),
        entry(&CertificateIssued {
            certificate_id: id::<CertificateId>(15),
            number: "0123456789ABCDEFGHJK".to_owned(),
            volunteer: account,
            org_path: path.clone(),
        }),
        entry(&CertificateRevoked {
            certificate_id: id::<CertificateId>(15),
            number: "0123456789ABCDEFGHJK".to_owned(),
            volunteer: account,
            org_path: path.clone(),
            code: "corrected".to_owned(),
        }),
        entry(&ActivityPublished {
            activity_id,
            org_path: path.clone(),
            kind: "duty_day".to_owned(),
        }),
        entry(&HoursConfirmed {
            record_id: id::<ServiceRecordId>(14),
            activity_id: Some(activity_id),
            task_id: None,
            volunteer: id::<AccountId>(2),
            org_path: path.clone(),
            kind: "duty_day".to_owned(),
            minutes: 90,
            state: "confirmed".to_owned(),
        }),
        entry(&HoursObjectionAnswered {
            objection_id: id::<HoursObjectionId>(16),
            record_id: id::<ServiceRecordId>(14),
            volunteer: account,
            org_path: path.clone(),
            state: "upheld".to_owned(),
        }),
        entry(&SignUpChanged {
            sign_up: sign_up.clone(),
        }),
        entry(&SignUpReminded { sign_up }),
    ]
}

fn of_identity(compound: &OrgCode, path: &OrgPath) -> Vec<Entry> {
    let account = id::<AccountId>(2);
    let grant = id::<GrantId>(4);
    let exclusion = id::<ExclusionId>(6);
    vec![
        entry(&AccountRegistered {
            account_id: account,
        }),
        entry(&AccountGranted {
            account_id: account,
            grant_id: grant,
            role: Role::PartyMember,
            org_path: path.clone(),
        }),
        entry(&AccountDisconnected {
            account_id: account,
        }),
        entry(&AccountRevoked {
            account_id: account,
            grant_id: grant,
        }),
        entry(&AccountReminded {
            account_id: account,
            grant_id: grant,
            role: Role::GridWorker,
            org_path: path.clone(),
            certified_until: Timestamp::UNIX_EPOCH.plus(Duration::from_hours(498_704)),
        }),
        entry(&AccountExcluded {
            account_id: account,
            exclusion_id: exclusion,
            organisation: Some(compound.clone()),
            person: None,
        }),
        entry(&AccountReadmitted {
            account_id: account,
            exclusion_id: exclusion,
        }),
    ]
}

fn agreement(compound: &OrgCode, state: &str) -> AgreementFacts {
    AgreementFacts {
        agreement_id: id::<AgreementId>(10),
        parties: vec![compound.clone()],
        until: "2026-12-31".to_owned(),
        state: state.to_owned(),
    }
}

fn claim(compound: &OrgCode, state: &str) -> ClaimFacts {
    ClaimFacts {
        claim_id: id::<ClaimId>(7),
        wanted_id: id::<ListEntryId>(8),
        wanted_by: compound.clone(),
        resource_id: id::<ListEntryId>(9),
        given_by: compound.clone(),
        topic: "venue".to_owned(),
        quantity: 1,
        state: state.to_owned(),
    }
}

fn of_registry(compound: &OrgCode, path: &OrgPath) -> Result<Vec<Entry>, kernel::OrgPathError> {
    Ok(vec![
        entry(&OrganisationEstablished {
            code: compound.clone(),
            path: path.clone(),
            kind: OrgKind::Compound,
            name: "示例小区".to_owned(),
        }),
        entry(&OrganisationRenamed {
            code: compound.clone(),
            name: "示例小区".to_owned(),
        }),
        entry(&OrganisationMoved {
            code: compound.clone(),
            from: "/420105000000/420105011000/420105011011/420105011010.X01/".parse()?,
            path: path.clone(),
        }),
        entry(&GridDrawn {
            code: compound.clone(),
            rings: vec![vec![
                [114.2, 30.5],
                [114.21, 30.5],
                [114.2, 30.51],
                [114.2, 30.5],
            ]],
            area: 531_000.0,
        }),
        entry(&OrganisationClosed {
            code: compound.clone(),
            successors: vec![compound.clone()],
        }),
        entry(&ClaimProposed {
            claim: claim(compound, "proposed"),
        }),
        entry(&ClaimConfirmed {
            claim: claim(compound, "confirmed"),
        }),
        entry(&ClaimEnded {
            claim: claim(compound, "fulfilled"),
        }),
        entry(&CompoundCounted {
            code: compound.clone(),
            buildings: 12,
            units: 24,
            rooms: 576,
            households: 540,
        }),
        entry(&ReportInConfirmed {
            report_in_id: id::<ReportInId>(13),
            community_code: compound.clone(),
            unit_code: None,
            member: Some(id::<AccountId>(8)),
            reported_at: Timestamp::UNIX_EPOCH.plus(Duration::from_hours(498_704)),
        }),
        entry(&ReportInEnded {
            report_in_id: id::<ReportInId>(13),
            community_code: compound.clone(),
        }),
        entry(&MeetingCalled {
            meeting_id: id::<MeetingId>(11),
            convened_by: compound.clone(),
            invited: vec![compound.clone()],
            starts_at: Timestamp::UNIX_EPOCH.plus(Duration::from_hours(498_704)),
        }),
        entry(&ResolutionPassed {
            resolution_id: id::<ResolutionId>(12),
            meeting_id: id::<MeetingId>(11),
            convened_by: compound.clone(),
            owned_by: compound.clone(),
            place_code: compound.clone(),
            category: Some("0102".to_owned()),
            wants_order: true,
            title: "增设夜间车位".to_owned(),
            text: "在北门外划线，夜间开放。".to_owned(),
        }),
        entry(&AgreementProposed {
            agreement: agreement(compound, "proposed"),
        }),
        entry(&AgreementConcluded {
            agreement: agreement(compound, "in_force"),
        }),
        entry(&AgreementEnded {
            agreement: agreement(compound, "expired"),
        }),
    ])
}
